/** A server in another language, as a process of its own, on a free port of this machine and in a folder that goes with it. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly port: number;
  /** Sends it a line, and gives the JSON that it answers: see python/serving.py. */
  ask(what: string): Promise<unknown>;
  /** Resolves when its process has gone, and its folder with it. */
  close(): Promise<void>;
}

/** Milliseconds for migrations, on a machine that is busy. */
const STARTED_WITHIN = 60_000;

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'silent-refresh-server-'));

export async function startProcess(
  executable: string,
  parameters: readonly string[],
  folder = temporaryFolder(),
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const server = spawn(executable, parameters, {
    cwd: folder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  // A server that is gone closes its end of the pipe.
  server.stdin.on('error', (error) => complaints.push(String(error)));
  const ended = new Promise<void>((resolve) => {
    server.once('error', (error) => complaints.push(String(error)));
    server.once('close', () => resolve());
  });
  const close = async () => {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  };

  const answers: ((line: string) => void)[] = [];
  const nextLine = () => new Promise<string>((resolve) => answers.push(resolve));
  createInterface(server.stdout).on('line', (line) => answers.shift()?.(line));

  const listening = nextLine().then((line) => Number(/^listening on (\d+)$/.exec(line)?.[1]));
  const tooLong = new Promise<void>((resolve) => setTimeout(resolve, STARTED_WITHIN).unref());
  const port = await Promise.race([listening, ended, tooLong]);
  if (!port) {
    await close();
    throw new Error(`${parameters.join(' ')} did not start:\n${complaints.join('')}`);
  }
  return {
    port,
    async ask(what) {
      const gone = () => Promise.reject(new Error(`${parameters.join(' ')} is gone:\n${complaints.join('')}`));
      server.stdin.write(`${what}\n`);
      return JSON.parse(await Promise.race([nextLine(), ended.then(gone)]));
    },
    close,
  };
}
