/** Django, as a process of its own, on a free port of this machine and a database that goes with it. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Control, controlOf } from './control.ts';
import { buildScripts } from './page/build.ts';
import { requirePython } from './python.ts';

export interface Django extends Control {
  readonly port: number;
  readonly versions: string;
  /** Resolves when its process has gone, and its database with it. */
  close(): Promise<void>;
}

/** Milliseconds for the migrations, on a machine that is busy. */
const STARTED_WITHIN = 60_000;

export async function startDjango(): Promise<Django> {
  const { path, versions } = requirePython();
  const folder = mkdtempSync(join(tmpdir(), 'silent-refresh-django-'));
  await buildScripts(folder);
  const server = spawn(path, [join(import.meta.dirname, 'manage.py'), 'serve', '--with-parent'], {
    env: { ...process.env, DJANGO_DATABASE_FOLDER: folder, DJANGO_PAGE_SCRIPTS: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const ended = new Promise<void>((resolve) => {
    server.once('error', (error) => complaints.push(String(error)));
    server.once('close', () => resolve());
  });
  const close = async () => {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  };

  const listening = new Promise<number>((resolve) => {
    createInterface(server.stdout).on('line', (line) => {
      const [, port] = /^listening on (\d+)$/.exec(line) ?? [];
      if (port) resolve(Number(port));
    });
  });
  const tooLong = new Promise<void>((resolve) => setTimeout(resolve, STARTED_WITHIN).unref());
  const port = await Promise.race([listening, ended, tooLong]);
  if (!port) {
    await close();
    throw new Error(`Django did not start:\n${complaints.join('')}`);
  }
  return { port, versions, ...controlOf(`http://127.0.0.1:${port}/control/`), close };
}
