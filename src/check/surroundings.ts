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
  /** It may quote the password. */
  readonly stderr: string;
  /** It took too long, and was ended. */
  readonly isTooSlow?: boolean;
}

/** Milliseconds. */
export const COMMAND_DEADLINE = 60_000;

export async function runInShell(
  command: string,
  variables: Readonly<Record<string, string>>,
  deadline = COMMAND_DEADLINE,
): Promise<CommandResult> {
  const hasGroups = process.platform !== 'win32';
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
    // A group of its own: what the shell has started is ended with it.
    detached: hasGroups,
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      said[stream] += chunk;
    });
  }
  const end = () => {
    if (hasGroups && child.pid) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  };
  // The terminal's Ctrl-C doesn't reach that group.
  const onInterrupt = () => {
    end();
    process.exit(130);
  };
  process.once('SIGINT', onInterrupt);
  let isTooSlow = false;
  const timer = setTimeout(() => {
    isTooSlow = true;
    end();
    // Whoever has left the group may hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, deadline);
  const [code] = await once(child, 'close').finally(() => {
    clearTimeout(timer);
    process.off('SIGINT', onInterrupt);
  });
  return { ...said, code: code ?? undefined, isTooSlow };
}

export const REAL: Surroundings = {
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  wait: (ms) => sleep(ms),
  run: (command, variables) => runInShell(command, variables),
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
};
