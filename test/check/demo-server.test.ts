/** The command and the demo's server, in all its settings; the sign-in is a shell's. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/server/app.ts';
import type { Settings } from '../../demo/server/settings.ts';
import { checked, onRealNetwork, signInBy } from './checked.ts';
import { not, type Outcomes } from './outcomes.ts';

onRealNetwork();

let server: DemoServer;
beforeEach(async () => {
  server = await createDemoServer();
  Object.assign(server.settings, { lifetime: 300, overlap: 60_000 });
});
afterEach(() => server.close());

/** What curl writes. */
async function signIn(): Promise<string> {
  const body = JSON.stringify({ user: 'ada', password: 'demo' });
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${server.url}/auth/login`, { method: 'POST', headers, body });
  const expires = Math.floor(Date.now() / 1_000) + 2_592_000;
  const lines = response.headers.getSetCookie().map((cookie) => {
    const [, name, value] = /^([^=]+)=([^;]+)/.exec(cookie) ?? [];
    const path = /Path=([^;]+)/.exec(cookie)?.[1];
    return `${/HttpOnly/.test(cookie) ? '#HttpOnly_' : ''}127.0.0.1\tFALSE\t${path}\tFALSE\t${expires}\t${name}\t${value}\n`;
  });
  return lines.join('');
}

const hintCookie = () => ['--hint-cookie', `has_session_${new URL(server.url).port}`];
const urls = () => [`${server.url}/auth/refresh`, '--sign-out', `${server.url}/auth/logout`];

function check(...more: string[]) {
  return checked(['check', ...urls(), '--sign-in', 'sign in', ...more], {
    run: signInBy(signIn),
    // Its clock can't be moved, but its overlap can end.
    wait: async () => {
      server.settings.overlap = 0;
    },
  });
}

const DOWN = { 'cors-foreign': 'kept', token: 'broken' };
const NOT_CHECKED = { cors: 'unchecked', 'retry-after': 'unchecked' };

describe('what the command says of it', () => {
  it.each<[Partial<Settings>, Outcomes]>([
    [{}, {}],
    [{ lifetime: 60 }, {}],
    [{ refreshLatency: 30 }, {}],
    [{ lifetime: 7_200 }, { lifetime: 'broken' }],
    [{ tokens: 'opaque' }, { subject: 'unclear', claims: 'unchecked' }],
    [{ overlap: 0 }, { overlap: 'broken', 'at-once': 'broken' }],
    [{ signOutEnds: 'cookie' }, { 'sign-out-session': 'broken' }],
    [{ cookie: 'partitioned' }, { 'cookie-same-site': 'broken' }],
  ])('%j', async (settings, found) => {
    Object.assign(server.settings, settings);
    const { outcomes, code } = await check();
    expect(not('kept', outcomes)).toEqual({ ...NOT_CHECKED, ...found });
    expect(code).toBe(Object.values(found).includes('broken') ? 1 : 0);
  });

  it('that its hint cookie is right, in each way to set it', async () => {
    const args = hintCookie();
    expect(not('kept', (await check(...args)).outcomes)).toEqual(NOT_CHECKED);
    Object.assign(server.settings, { cookie: 'partitioned', overlap: 60_000 });
    expect(not('kept', (await check(...args)).outcomes)).toEqual({ ...NOT_CHECKED, 'cookie-same-site': 'broken' });
    server.settings.hint = 'none';
    expect((await check(...args)).outcomes).toMatchObject({ 'hint-set': 'broken', 'hint-refusal': 'unchecked' });
  });

  it.each<[Settings['fault'], string]>([
    ['503', '503'],
    ['html-403', '403, text/html'],
  ])('that it is down, with a %s', async (fault, why) => {
    server.settings.fault = fault;
    const { outcomes, output, code } = await check();
    expect(not('unchecked', outcomes)).toEqual({ ...DOWN, 'no-session': 'broken' });
    expect(output).toContain(`It answered ${why}`);
    expect(code).toBe(1);
  });

  it('little, where it has too many requests: that is no fault', async () => {
    server.settings.fault = '429';
    const { outcomes, output } = await check();
    expect(not('unchecked', outcomes)).toEqual({ ...DOWN, 'no-session': 'unclear' });
    expect(output).toContain('Lift the limit');
  });

  it('nothing, where no answer comes', async () => {
    server.settings.fault = 'drop';
    const { outcomes, output, code } = await check();
    expect(outcomes).toEqual({});
    expect(output).toContain('no answer came (');
    expect(code).toBe(2);
  });

  it('that a cookie of None is right for pages of another site, and that CORS is missing', async () => {
    server.settings.cookie = 'partitioned';
    const { outcomes } = await check('--origin', 'https://app.example.com');
    expect(outcomes).toMatchObject({ 'cookie-same-site': 'kept', 'sign-out-cookie': 'kept' });
    expect(outcomes).toMatchObject({ 'cors-preflight': 'broken', 'cors-answer': 'broken', 'cors-foreign': 'kept' });
  });

  it('that a cookie of Strict does not go along from another site', async () => {
    const { outcomes } = await check('--origin', 'https://app.example.com');
    expect(outcomes['cookie-same-site']).toBe('broken');
  });
});

describe('without a sign-in command', () => {
  const jar = join(tmpdir(), `silent-refresh-test-${process.pid}.txt`);
  afterEach(() => rm(jar, { force: true }));

  it('a cookie jar is one session: what ends it comes last, and what needs another one is not checked', async () => {
    await writeFile(jar, await signIn());
    const { outcomes, output } = await checked(['check', ...urls(), '--cookie-jar', jar, ...hintCookie()]);
    const ofAnother = { 'hint-session': 'unchecked', reuse: 'unchecked', 'reuse-family': 'unchecked' };
    expect(not('kept', outcomes)).toEqual({ ...NOT_CHECKED, ...ofAnother });
    expect(output).toContain('(the session of the cookie jar is over: give --sign-in)');
    // It is not the command's.
    expect(await readFile(jar, 'utf8')).toContain('/auth');
  });

  it('without --sign-out the reuse is checked with it', async () => {
    await writeFile(jar, await signIn());
    const end = async () => {
      server.settings.overlap = 0;
    };
    const { outcomes } = await checked(['check', `${server.url}/auth/refresh`, '--cookie-jar', jar], { wait: end });
    expect(outcomes).toMatchObject({ reuse: 'kept', 'reuse-family': 'kept', 'sign-out': 'unchecked' });
  });

  it('a session that a missing overlap has ended is not used again', async () => {
    server.settings.overlap = 0;
    await writeFile(jar, await signIn());
    const { outcomes } = await checked(['check', ...urls(), '--cookie-jar', jar]);
    expect(outcomes).toMatchObject({ 'at-once': 'broken', overlap: 'unchecked', 'sign-out': 'unchecked' });
  });

  it('only visitors are checked', async () => {
    const { outcomes, output, code } = await checked(['check', ...urls()]);
    expect(not('unchecked', outcomes)).toEqual({ 'no-session': 'kept', 'cors-foreign': 'kept' });
    expect(output).toContain('(give --sign-in)');
    expect(output).toMatch(/\n28 rules weren't checked: most of them need a session\. Give --sign-in\.$/);
    expect(code).toBe(0);
  });
});

describe('the sign-in command', () => {
  it('is run by a shell, and writes a cookie jar', async () => {
    const script = `
      import { writeFileSync } from "node:fs";
      const headers = { 'Content-Type': 'application/json' };
      const body = '{"user":"ada","password":"demo"}';
      const response = await fetch(process.argv[2] + '/auth/login', { method: 'POST', headers, body });
      const [name, value] = response.headers.getSetCookie()[0].split(';')[0].split('=');
      const line = ['#HttpOnly_127.0.0.1', 'FALSE', '/auth', 'FALSE', 4102444800, name, value].join('\\t');
      writeFileSync(process.env.COOKIE_JAR, line + '\\n');`;
    const file = join(tmpdir(), `silent-refresh-sign-in-${process.pid}.mjs`);
    await writeFile(file, script);
    try {
      const command = `"${process.execPath}" "${file}" ${server.url}`;
      const { outcomes } = await checked(['check', ...urls(), '--overlap', '0', '--sign-in', command]);
      expect(outcomes).toMatchObject({ token: 'kept', rotation: 'kept', 'sign-out-session': 'kept' });
    } finally {
      await rm(file);
    }
  });

  it.each([
    ['exit 3', 'the sign-in command failed (exit code 3)'],
    ['true', 'the sign-in command wrote no cookie'],
  ])('that is of no use: %s', async (command, why) => {
    const { output, code } = await checked(['check', ...urls(), '--sign-in', command]);
    expect(output).toContain(`silent-refresh check: ${why}`);
    expect(output).not.toContain('--help');
    expect(code).toBe(2);
  });

  it('whose cookie goes elsewhere: that is a finding', async () => {
    const jar = async () => (await signIn()).replace('/auth', '/login');
    const args = ['check', ...urls(), '--sign-in', 'sign in', ...hintCookie()];
    const { outcomes, output, code } = await checked(args, { run: signInBy(jar) });
    expect(outcomes).toMatchObject({ 'sign-in': 'broken', token: 'unchecked' });
    expect(output).toMatch(/Of its cookies none goes there: refresh_token_\d+ has Path=\/login\./);
    expect(code).toBe(1);
  });
});
