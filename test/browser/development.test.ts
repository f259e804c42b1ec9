/** The development build says on the console what is set up wrongly, once and without secrets; a right set-up hears nothing. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { entriesOf, setDevelopmentStage } from './development-stage.ts';
import { RIGHT_CORS, type World } from './mistaken-server.ts';
import { type Mistake, OF_ENDPOINTS, OF_OTHER_ORIGINS, OF_REQUESTS } from './mistakes.ts';

const stage = setDevelopmentStage();

const urlOf = ({ path }: World, on: { port: number } = stage.server, host = '127.0.0.1'): string =>
  `http://${host}:${on.port}${path}`;

/** A function that runs in the page, where it finds what the page has at its `window`. */
const run = (page: Page, play: Mistake['play'], world: string): Promise<unknown> =>
  page.evaluate(`(${play})(${JSON.stringify(world)})`);

/** Exactly one explanation, and nothing else. */
async function expectExplanation(code: string, says: readonly string[], world = '', origin = ''): Promise<void> {
  await expect.poll(() => stage.said.length).toBeGreaterThan(0);
  expect(stage.said).toHaveLength(1);
  const [said = ''] = stage.said;
  expect(said).toMatch(/^warning: \[silent-refresh\] /);
  const shown = (text: string) =>
    text
      .replaceAll('WORLD', world)
      .replaceAll('ORIGIN', new URL(world || 'http://none.test').origin)
      .replaceAll('PAGE', origin);
  for (const text of says) expect(said).toContain(shown(text));
  expect(said).toContain('\nTo do: ');
  expect(said).toMatch(new RegExp(`\\nMore: node_modules/silent-refresh/docs/troubleshooting\\.md#${code}$`));
}

async function playMistake({ code, world: options, met, play, says }: Mistake, server = stage.server): Promise<void> {
  const page = await stage.openPage();
  const world = server.addWorld(options);
  await run(page, play, urlOf(world, server));
  if (met) expect(world.calls(met)).toBeGreaterThan(1);
  await expectExplanation(code, says, urlOf(world, server), new URL(page.url()).origin);
  // Nothing is said of a client that is gone.
  await page.evaluate(() => window.clients.forEach((auth) => void auth.dispose()));
  expect(stage.said).toHaveLength(1);
}

describe('one explanation for each mistake', () => {
  it.each(OF_ENDPOINTS)('of a token endpoint: $title', (mistake) => playMistake(mistake));
  it.each(OF_REQUESTS)('of an app: $title', (mistake) => playMistake(mistake));
  it.each(OF_OTHER_ORIGINS)('of another origin: $title', (mistake) => playMistake(mistake, stage.other));

  it('of a sign-in: its cookie is not there after a reload', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld({ cookie: 'HttpOnly; Path=/elsewhere' });
    await run(page, (world) => window.signIn(world).then(() => {}), urlOf(world));
    for (const _ of [1, 2]) {
      await page.reload();
      await run(page, (world) => window.begin(world).restore(), urlOf(world));
    }
    await expectExplanation('cookie-not-kept', [`doesn't cover ${world.path}/refresh`], urlOf(world));
  });

  it('of a sign-in: its cookie is Secure, and the page is not', async () => {
    const page = await stage.openPage({ host: 'app.test' });
    const world = stage.server.addWorld({ cookie: 'HttpOnly; Secure; Path=/' });
    const play = (world: string) =>
      // Without other tabs, or it would say that it can't take turns with them.
      window.signIn(world, { tabs: false }).then((auth) => window.thrice(() => auth.refresh()));
    await run(page, play, urlOf(world, stage.server, 'app.test'));
    await expectExplanation('cookie-not-kept', ['Secure, and this is plain http. Browsers refuse']);
  });

  it('of a sign-in: its cookie is SameSite, and of another site', async () => {
    const page = await stage.openPage({ host: 'localhost' });
    const world = stage.server.addWorld({ cors: RIGHT_CORS, cookie: 'HttpOnly; SameSite=Lax; Path=/' });
    await run(page, (world) => window.signIn(world).then((auth) => window.thrice(() => auth.refresh())), urlOf(world));
    await expectExplanation('cookie-not-kept', ['SameSite=Lax or Strict', 'another site']);
  });

  it('of a sign-in: the client was not told of it', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld({
      mistakes: {
        '/csrf/token': { body: {} },
        '/api/session': { body: {} },
        '/page/login': { headers: { 'Content-Type': 'text/x-component' }, body: 'a page' },
      },
    });
    const play = async (world: string) => {
      await window.begin(world).restore();
      // A browser speaks of a request when its answer has been read.
      const ask = (path: string, init?: RequestInit) => fetch(world + path, init).then((response) => response.text());
      // What routers and pages fetch by such names is no login.
      for (const path of ['/csrf/token', '/api/session', '/page/login', '/api/logins/7']) await ask(path);
      await window.thrice(() => ask('/login?secret-in-query', { method: 'POST', body: 'secret-in-body' }));
    };
    await run(page, play, urlOf(world));
    await expectExplanation('login-not-told', ['WORLD/login answered 200', 'auth.signIn('], urlOf(world));
  });

  it('of a page: plain http from another host has no Web Locks', async () => {
    const page = await stage.openPage({ host: 'app.test' });
    await run(
      page,
      (world) => window.thrice(() => void window.begin(world + Math.random(), { refresh: `${world}/refresh` })),
      urlOf(stage.server.addWorld(), stage.server, 'app.test'),
    );
    await expectExplanation('no-web-locks', ['no Web Locks', 'plain http, and not from localhost', 'https']);
  });

  it('of a page: a sandboxed frame has no Web Locks', async () => {
    const page = await stage.openPage({ page: '/sandbox' });
    const [, frame] = page.frames();
    await expect.poll(() => frame?.evaluate(() => typeof window.begin)).toBe('function');
    await frame?.evaluate((world) => void window.begin(world), urlOf(stage.server.addWorld()));
    await expectExplanation('no-web-locks', ['sandboxed frame', 'allow-same-origin']);
  });

  it('of a page: it has no BroadcastChannel', async () => {
    const page = await stage.openPage({ before: () => void Reflect.deleteProperty(window, 'BroadcastChannel') });
    await run(page, (world) => void window.begin(world), urlOf(stage.server.addWorld()));
    await expectExplanation('no-broadcast-channel', ['no BroadcastChannel', 'limits.md']);
  });
});

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

describe('the production build', () => {
  const some = ['a 404', 'a token by another name', 'a cookie for another path', 'an API that refuses fresh tokens'];

  it.each([...OF_ENDPOINTS, ...OF_REQUESTS].filter(({ title }) => some.includes(title)))(
    'tells of $title by its code alone',
    async ({ code, world: options, play }) => {
      const page = await stage.openPage({ page: '/production' });
      await run(page, play, urlOf(stage.server.addWorld(options)));
      expect(await page.evaluate(() => window.problems)).toEqual([code]);
      expect(stage.said).toEqual([]);
    },
  );
});
