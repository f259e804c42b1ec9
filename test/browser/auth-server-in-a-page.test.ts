/** `authServer()` in a real page: msw's worker answers, and the built client can't tell it from a server. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { createDemoServer } from '../../demo/server/app.ts';
import { requireBrowser } from './engines/browsers.ts';
import { FLAGS } from './engines/chromium.ts';

const SCRIPT = `
  import { http, HttpResponse } from 'msw';
  import { setupWorker } from 'msw/browser';
  import { createAuthClient } from 'silent-refresh';
  import { authServer } from 'silent-refresh/testing';
  const hintCookie = new URLSearchParams(location.search).get('hint') ?? undefined;
  const server = authServer({ http, users: { ada: { claims: { role: 'admin' } } }, hintCookie });
  const orders = http.get('/api/orders', server.protect(({ user }) => HttpResponse.json({ orders: user })));
  const worker = setupWorker(orders, ...server.handlers);
  const auth = createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', hintCookie });
  window.page = { server, auth, ready: worker.start({ quiet: true }).then(() => {}) };
`;

/** Runs in the page, and gives what has happened there. */
async function play() {
  const { server, auth, ready } = (window as never as { page: Record<'server' | 'auth' | 'ready', never> }).page as {
    server: import('silent-refresh/testing').AuthServer<unknown>;
    auth: import('silent-refresh').AuthClient;
    ready: Promise<void>;
  };
  await ready;
  const get = async (path: string) => (await auth.fetch(path)).json();
  const codeOf = (error: { code?: string }) => error.code ?? String(error);
  const login = () =>
    fetch('/auth/login', { method: 'POST', body: new URLSearchParams({ user: 'ada', password: 'x' }) });
  const visitor = await auth.restore();
  const state = await auth.signIn(login);
  const before = await get('/api/orders');
  server.expireAccessTokens();
  const after = await Promise.all([get('/api/orders'), get('/api/me'), get('/api/orders')]);
  const { refreshes } = server.counts;
  server.expireAccessTokens();
  server.fail('refresh', 'drop', { times: 1 });
  const dropped = await auth.fetch('/api/me').catch(codeOf);
  const { cookie } = document;
  const { serverConfirmed } = await auth.signOut();
  const { reuseAlarms } = server.counts;
  const left = document.cookie;
  return { visitor, state, before, after, refreshes, dropped, cookie, left, serverConfirmed, reuseAlarms };
}

it.each([
  // The visitor's refresh, and the one for three requests.
  { hint: '', refreshes: 2, cookie: /^$/ },
  // The visitor costs none.
  { hint: '?hint=has_session', refreshes: 1, cookie: /^has_session=\d+\.1$/ },
])('a session begins, is refreshed, survives a broken connection, and ends: $hint', async ({ hint, ...seen }) => {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const routes = new Hono();
  const javascript = { 'Content-Type': 'text/javascript' };
  const worker = createRequire(import.meta.url).resolve('msw/mockServiceWorker.js');
  routes.get('/mockServiceWorker.js', (c) => c.body(readFileSync(worker, 'utf8'), 200, javascript));
  routes.get('/script.js', (c) => c.body(outputFiles[0]?.text ?? '', 200, javascript));
  routes.get('/mocked', (c) =>
    c.html('<!doctype html><title>Mocked</title><script type="module" src="/script.js"></script>'),
  );
  const server = await createDemoServer({ routes });
  const browser = await chromium.launch({ executablePath: requireBrowser('chromium'), args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}/mocked${hint}`);
    expect(await page.evaluate(play)).toMatchObject({
      visitor: { status: 'signed-out', reason: 'no-session' },
      state: { status: 'signed-in', subject: 'ada', claims: { role: 'admin' } },
      before: { orders: 'ada' },
      after: [{ orders: 'ada' }, { user: 'ada' }, { orders: 'ada' }],
      refreshes: seen.refreshes,
      dropped: 'refresh-unavailable',
      cookie: expect.stringMatching(seen.cookie),
      left: '',
      serverConfirmed: true,
      reuseAlarms: 0,
    });
    // None of it has reached a real server.
    expect(server.stats()).toMatchObject({ logins: 0, refreshCalls: 0, logouts: 0 });
  } finally {
    await browser.close();
    await server.close();
  }
});
