/** The documented endpoints by themselves: their own tests, and what only a server with many threads can show. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireRuntime } from '../frameworks.ts';
import { refreshes, reuseAlarms, rotations } from './control.ts';
import { type Django, startDjango } from './start-django.ts';

const MANAGE = join(import.meta.dirname, 'manage.py');

let server: Django;
beforeAll(async () => {
  server = await startDjango();
});
afterAll(() => server?.close());

/** As a browser sends it; gives the cookies that came. */
async function post(path: string, cookies: Readonly<Record<string, string>>, body?: URLSearchParams) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    headers: {
      'X-CSRFToken': cookies.csrftoken ?? '',
      Cookie: Object.entries(cookies)
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
    },
    ...(body && { body }),
  });
  return { status: response.status, cookies: { ...cookies, ...cookiesOf(response) } };
}

const cookiesOf = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries(headers.getSetCookie().map((cookie) => cookie.split(';')[0]?.split('=') ?? []));

async function signIn() {
  const csrf = cookiesOf(await fetch(`http://127.0.0.1:${server.port}/auth/csrf/`));
  return post('/auth/login/', csrf, new URLSearchParams({ username: 'ada', password: 'demo' }));
}

/** Gives what it prints, and rejects where it fails. */
async function manage(...command: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'silent-refresh-django-'));
  const env = { ...process.env, DJANGO_DATABASE_FOLDER: folder };
  const { stdout, stderr } = await promisify(execFile)(requireRuntime('Django').path, [MANAGE, ...command], { env });
  rmSync(folder, { recursive: true });
  return stdout + stderr;
}

it('their own tests pass', async () => {
  expect(await manage('test', 'silent_refresh')).toMatch(/^Ran 1\d tests/m);
});

it('their migrations are those of their models', async () => {
  expect(await manage('makemigrations', '--check', '--dry-run', 'silent_refresh')).toContain('No changes detected');
});

it('thirty parallel refreshes with one token rotate it once, and get the same cookie', async () => {
  await server.reset();
  let { cookies } = await signIn();
  for (let round = 1; round <= 5; round++) {
    const answers = await Promise.all(Array.from({ length: 30 }, () => post('/auth/refresh/', cookies)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ cookies }) => cookies.refresh_token))).toHaveLength(1);
    expect(answers[0]?.cookies.refresh_token).not.toBe(cookies.refresh_token);
    cookies = answers[0]?.cookies ?? {};
  }
  const seen = await server.look();
  // That they did run at one time.
  expect(seen.overlapping).toBeGreaterThan(0);
  expect(refreshes(seen).filter(({ again }) => !again)).toHaveLength(5);
  expect(Object.values(rotations(seen))).toEqual([150]);
  expect(reuseAlarms(seen)).toBe(0);
});
