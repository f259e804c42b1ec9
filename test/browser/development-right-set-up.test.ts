/** The development build says nothing of a right set-up; the option `debug` tells its story. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { entriesOf, run, setDevelopmentStage } from './development-stage.ts';
import { RIGHT_CORS, type World } from './mistaken-server.ts';

const stage = setDevelopmentStage();

const urlOf = (world: World, on = stage.server): string => stage.urlOf(world, on);

describe('what a right set-up hears', () => {
  const subject = (page: Page) =>
    page.evaluate(async () => {
      const state = await window.clients.at(-1)?.restore();
      return state?.status === 'signed-in' ? state.subject : state?.status;
    });
  const send = (page: Page, world: string) =>
    page.evaluate(
      (url) =>
        window.clients
          .at(-1)
          ?.fetch(url)
          .then(({ status }) => status),
      `${world}/api/orders`,
    );

  it.each(['its own', 'another'] as const)('nothing, with its server on %s origin', async (origin) => {
    const server = origin === 'another' ? stage.other : stage.server;
    const world = server.addWorld({ cors: RIGHT_CORS });
    const url = urlOf(world, server);
    const open = async () => {
      const page = await stage.openPage();
      const options = { allowedOrigins: [new URL(url).origin] };
      await page.evaluate(([url, options]) => void window.begin(url, options), [url, options] as const);
      return page;
    };
    const [one, two, three] = [await open(), await open(), await open()];
    expect(await subject(one)).toBe('signed-out');
    await one.evaluate((url) => {
      const login = () => fetch(`${url}/login`, { method: 'POST', credentials: 'include' });
      return window.clients[0]?.signIn(login).then(() => {});
    }, url);
    for (const page of [one, two, three]) await expect.poll(() => subject(page)).toBe('ada');

    world.expire();
    expect(await Promise.all([one, two, three].map((page) => send(page, url)))).toEqual([200, 200, 200]);
    expect(world.calls('/refresh')).toBe(2);

    world.mistakes = { '/refresh': { status: 503, headers: { 'Retry-After': '1' }, body: { error: 'down' } } };
    world.expire();
    const waiting = [one, two, three].map((page) => send(page, url));
    await expect.poll(() => world.calls('/refresh')).toBeGreaterThan(2);
    world.mistakes = {};
    expect(await Promise.all(waiting)).toEqual([200, 200, 200]);

    for (const page of [one, two, three]) await page.close();
    const anew = await open();
    expect(await subject(anew)).toBe('ada');
    await anew.reload();
    await anew.evaluate((url) => void window.begin(url), url);
    expect(await subject(anew)).toBe('ada');
    expect(await anew.evaluate(() => window.clients[0]?.signOut())).toEqual({ serverConfirmed: true });
    await anew.reload();
    await anew.evaluate((url) => void window.begin(url), url);
    expect(await subject(anew)).toBe('signed-out');
    expect(stage.said).toEqual([]);
  });

  it('nothing of a session that its server ends after a refresh', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld();
    await run(page, (world) => window.signIn(world).then((auth) => auth.refresh()), urlOf(world));
    world.mistakes = { '/refresh': { status: 401 } };
    await page.evaluate(() => window.clients[0]?.refresh().catch(() => {}));
    expect(await subject(page)).toBe('signed-out');
    await page.reload();
    await run(page, (world) => window.begin(world).restore(), urlOf(world));
    expect(stage.said).toEqual([]);
  });

  it('nothing of a 401 that comes while somebody signs in', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld();
    await run(page, (world) => window.signIn(world).then(() => {}), urlOf(world));
    world.expire();
    world.mistakes = { '/login': (world) => ({ body: world.tokens(), slowness: 500 }) };
    const play = (world: string) => {
      const login = () => fetch(`${world}/login`, { method: 'POST' });
      Object.assign(window, { over: window.clients[0]?.signIn(login).then(() => {}) });
    };
    await run(page, play, urlOf(world));
    await expect.poll(() => world.calls('/login')).toBe(2);
    expect(await send(page, urlOf(world))).toBe(401);
    await page.evaluate('over');
    expect(await page.evaluate(() => window.problems)).toEqual([]);
    expect(stage.said).toEqual([]);
  });

  it('nothing after dispose(), whatever comes then', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld({
      mistakes: {
        '/refresh': { status: 404, slowness: 300 },
        '/login': (world) => ({ body: world.tokens(), slowness: 300 }),
      },
    });
    const play = async (world: string) => {
      const auth = await window.signIn(world);
      const answers = [auth.refresh(), auth.fetch(`${world}/login`, { method: 'POST' })];
      Object.assign(window, { over: Promise.allSettled(answers).then(() => {}) });
    };
    await run(page, play, urlOf(world));
    await expect.poll(() => world.calls('/refresh')).toBe(1);
    await page.evaluate('clients[0].dispose(); over');
    const entries = await entriesOf(page);
    expect(entries.at(-1)?.what).toBe('disposed');
    expect(stage.said).toEqual([]);
  });
});

describe('the option debug', () => {
  it('gives sentences to the console, and entries to a function', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld();
    const play = (world: string) =>
      window.signIn(world, { debug: true }).then((auth) => auth.fetch(`${world}/api/orders?secret-in-query`));
    await run(page, play, urlOf(world));
    world.expire();
    world.mistakes = { '/refresh': { status: 401, body: { error: 'secret-in-body' } } };
    await page.evaluate((url) => window.clients[0]?.fetch(url).catch(() => {}), `${urlOf(world)}/api/orders`);
    await expect.poll(() => stage.said.at(-1)).toMatch(/signed out: expired$/);
    const sentences = stage.said.filter((line) => line.startsWith('debug: '));
    for (const line of sentences) expect(line).toMatch(/^debug: \[silent-refresh\] \d+ ms: .+/);
    expect(sentences.join('\n')).toMatch(
      /signed in as ada[\s\S]*GET .*\/api\/orders waits for a token[\s\S]*sent the refresh[\s\S]*rejected, since it answered 401/,
    );
    // With a function: the same, with more to count by.
    const other = stage.server.addWorld();
    await run(page, (world) => window.signIn(world).then((auth) => auth.refresh()), urlOf(other));
    const entries = await entriesOf(page);
    expect(entries.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['turn-came', 'refresh-sent', 'refresh-answered', 'session-changed', 'refreshed']),
    );
    for (const entry of entries) expect(entry).toMatchObject({ at: expect.any(Number), message: expect.any(String) });
  });
});
