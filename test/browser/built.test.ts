/** The built package, as Node and bundlers find it by its name. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const dist = join(import.meta.dirname, '../../dist');
const require = createRequire(import.meta.url);

it.each(['react.js', 'react.cjs'])('%s is marked as a client’s in its prologue', (file) => {
  const [prologue] = /^(\s*(["'])use \w+\2;)*/.exec(readFileSync(join(dist, file), 'utf8')) ?? [];
  expect(prologue).toContain('"use client";');
});

it('the core and the ky door are not marked as a client’s', () => {
  for (const file of ['index.js', 'index.cjs', 'ky.js', 'ky.cjs'])
    expect(readFileSync(join(dist, file), 'utf8')).not.toContain('use client');
});

it('the package’s command runs', () => {
  const { bin } = require('silent-refresh/package.json');
  const command = join(dist, '..', bin['silent-refresh']);
  expect(execFileSync(process.execPath, [command, '--help'], { encoding: 'utf8' })).toContain('silent-refresh check');
});

it('an app knows the errors that the door for tests orders by their classes', async () => {
  const code = 'session-expired';
  const asModules = [await import('silent-refresh'), await import('silent-refresh/testing')] as const;
  const asCommonJs: typeof asModules = [require('silent-refresh'), require('silent-refresh/testing')];
  for (const [core, testing] of [asModules, asCommonJs]) {
    const auth = testing.createTestAuth({ user: 'ada' });
    auth.rejectNext(code);
    await expect(auth.fetch('https://app.test/api')).rejects.toBeInstanceOf(core.SessionExpiredError);
  }
});

it('no app’s bundle holds what is for tests', () => {
  for (const file of readdirSync(dist).filter((name) => /\.c?js$/.test(name) && !name.startsWith('testing')))
    expect(readFileSync(join(dist, file), 'utf8')).not.toContain('createTestAuth');
});

it('all doors load as CommonJS and recognise each other’s errors', () => {
  const core = require('silent-refresh');
  const { useAuth, AuthProvider, SignedIn } = require('silent-refresh/react');
  expect(Object.keys(require('silent-refresh/ky'))).toEqual(['createKy']);
  expect([typeof useAuth, typeof AuthProvider, typeof SignedIn]).toEqual(['function', 'function', 'function']);
  const { createElement } = require('react');
  const { renderToString } = require('react-dom/server');
  let thrown: unknown;
  try {
    renderToString(createElement(() => useAuth().status));
  } catch (error) {
    thrown = error;
  }
  expect(core.isAuthError(thrown)).toBe(true);
  const client = core.createAuthClient({ refresh: 'https://app.test/auth/refresh' });
  expect(renderToString(createElement(AuthProvider, { client }, createElement(SignedIn, { restoring: 'wait' })))).toBe(
    'wait',
  );
});
