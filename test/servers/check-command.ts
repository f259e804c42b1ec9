/** The built command `silent-refresh check`, as a process of its own. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcomes, outcomesIn } from '../check/outcomes.ts';

const COMMAND = join(import.meta.dirname, '../../dist/check.js');

export interface CheckRun {
  readonly code: number;
  readonly output: string;
  readonly outcomes: Outcomes;
}

export function runCheck(args: readonly string[]): Promise<CheckRun> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [COMMAND, 'check', ...args], (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code !== 'number') reject(error);
      else resolve({ code, output: stdout + stderr, outcomes: outcomesIn(stdout.split('\n')) });
    });
  });
}

/** The arguments of an example in docs/check.md, by how it begins; its host is replaced. */
export function documentedArguments(beginning: string, origin: string): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/check.md'), 'utf8');
  const [, example = ''] = page.split(`npx silent-refresh check ${beginning}`);
  const text = `${beginning}${example.split('```')[0]}`.replaceAll(new URL(beginning).origin, origin);
  const words = text.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|(\S+)/g);
  return [...words].map(([, quoted, word]) => quoted ?? word ?? '');
}
