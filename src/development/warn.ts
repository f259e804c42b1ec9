/** The console of the development build: says each thing once. */

/** Gives a text under the key of what it is about. */
export type Warn = (key: string, text: string) => void;

const SAID: unique symbol = Symbol.for('silent-refresh.said-on-this-page') as never;

/**
 * Once on a page, however many clients meet it: one that is made in a component is made at each render. Hot reloads load
 * this module again, so what was said stands on the page.
 */
export const warn: Warn = (key, text) => {
  const page = globalThis as { [SAID]?: Set<string> };
  page[SAID] ??= new Set();
  if (page[SAID].has(key)) return;
  page[SAID].add(key);
  console.warn(`[silent-refresh] ${text}`);
};
