/** What must never be printed: tokens and cookies' values, whatever a server may quote of them. */

export interface Secrets {
  /** Remembers a value. What is shorter than four characters is no secret, and would stand in every other word. */
  add(value: string | undefined): void;
  hide(line: string): string;
}

const LEAST_LENGTH = 4;

export function createSecrets(): Secrets {
  const values = new Set<string>();
  return {
    add(value) {
      if (value === undefined) return;
      for (const each of [value, decoded(value)]) if (each.length >= LEAST_LENGTH) values.add(each);
    },
    // The longest first: a short one may be a part of it, and would leave the rest.
    hide: (line) =>
      [...values].sort((a, b) => b.length - a.length).reduce((text, each) => text.replaceAll(each, '…'), line),
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
