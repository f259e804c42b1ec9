/** Runs the command in this process, and searches what it says for what it must not say. */

import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { run } from '../../src/check/run.ts';
import { REAL, type Surroundings } from '../../src/check/surroundings.ts';
import { network } from '../world/network.ts';
import { type Outcomes, outcomesIn } from './outcomes.ts';

/** For a test file whose servers are real ones, on loopback. */
export function onRealNetwork(): void {
  beforeAll(() => network.close());
  // The set-up closes it once more.
  afterAll(() => network.listen());
}

export interface Checked {
  readonly code: number;
  readonly output: string;
  readonly outcomes: Outcomes;
  /** Milliseconds that the command has waited for. */
  readonly waited: number;
}

/** Nothing is waited for. @param secrets what it must not say, read after the run */
export async function checked(
  args: readonly string[],
  surroundings: Partial<Surroundings> = {},
  secrets: readonly string[] = [],
): Promise<Checked> {
  const lines: string[] = [];
  const issued: string[] = [];
  let waited = 0;
  const print = (line: string) => void lines.push(...line.split('\n'));
  const { fetch = REAL.fetch, wait } = surroundings;
  const code = await run(args, {
    ...REAL,
    ...surroundings,
    print,
    complain: print,
    async wait(ms) {
      waited += ms;
      await wait?.(ms);
    },
    async fetch(input, init) {
      const response = await fetch(input, init);
      issued.push(...secretsIn(response.headers, await response.clone().text()));
      return response;
    },
  });
  const output = lines.join('\n');
  for (const secret of [...secrets, ...issued]) expect(output).not.toContain(secret);
  return { code, output, waited, outcomes: outcomesIn(lines) };
}

/** Whatever looks like a token: in cookies, and in JSON. */
function secretsIn(headers: Headers, text: string): string[] {
  const cookies = headers.getSetCookie().map((cookie) => /=([^;]*)/.exec(cookie)?.[1] ?? '');
  const tokens = [...text.matchAll(/_token": ?"([^"]+)"/g)].map(([, token = '']) => token);
  return [...cookies, ...tokens].filter((value) => value.length > 3);
}

/** A sign-in without a shell. @param jar gives the cookies; @param stdout what the command prints */
export const signInBy =
  (jar: '' | (() => string | Promise<string>), stdout: () => string = () => ''): Surroundings['run'] =>
  async (_command, { COOKIE_JAR = '' }) => {
    if (jar) await writeFile(COOKIE_JAR, await jar());
    return { code: 0, stdout: stdout(), stderr: '' };
  };
