/** The development build says on the console what is set up wrongly, once and without secrets. */

import { describe, expect, it } from 'vitest';
import { run, setDevelopmentStage } from './development-stage.ts';
import { RIGHT_CORS, type World } from './mistaken-server.ts';
import { type Mistake, OF_OTHER_ORIGINS, OF_REQUESTS } from './mistakes.ts';
import { OF_ENDPOINTS } from './mistakes-of-endpoints.ts';

const stage = setDevelopmentStage();

const urlOf = (world: World, on = stage.server, host?: string): string => stage.urlOf(world, on, host);

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

  it('of a sign-in: those that the client was told of are none of them', async () => {
    const page = await stage.openPage();
    const world = stage.server.addWorld({ mistakes: { '/untold/login': { body: {} } } });
    const play = async (world: string) => {
      const auth = await window.signIn(world);
      await auth.signOut();
      const answer = () => fetch(`${world}/untold/login`, { method: 'POST' });
      await auth.signIn(answer).catch(() => {});
      // One of each path is told of: this one comes last.
      await fetch(`${world}/login`, { method: 'POST' }).then((response) => response.text());
    };
    await run(page, play, urlOf(world));
    await expectExplanation('login-not-told', ['WORLD/login answered 200'], urlOf(world));
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
