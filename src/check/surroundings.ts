/** What the command takes from outside: the network, time, a shell, and a place for its lines. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Surroundings {
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now(): number;
  wait(ms: number): Promise<void>;
  /** Runs a shell command with these variables on top of the environment. */
  run(command: string, variables: Readonly<Record<string, string>>): Promise<CommandResult>;
  print(line: string): void;
  complain(line: string): void;
}

export interface CommandResult {
  /** Its exit code; `undefined` where a signal has ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
}

/** Its errors aren't shown: they may quote the password. */
async function runInShell(command: string, variables: Readonly<Record<string, string>>): Promise<CommandResult> {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...variables },
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code ?? undefined, stdout };
}

export const REAL: Surroundings = {
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  wait: (ms) => sleep(ms),
  run: runInShell,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
};
