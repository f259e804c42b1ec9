/** P8 in real tabs: the token goes to the origins that may have it, and nowhere else, whatever stands in between. */

import { describe, expect, it } from 'vitest';
import { adasTab, holdRefreshOf, restored, send, sendPatiently, setBareStage } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { startForeignServer } from '../foreign-server.ts';
import { QUICK } from '../given.ts';
import type { Conditions } from '../pages.ts';

const stage = setBareStage();

/** Ada's tab, on a page that may speak to other origins. */
const openPage = (options: Conditions['options'] = {}): Promise<Tab> => adasTab(stage, { page: 'open', options });

/** The status of the answer, or the name of the error. */
const get = (tab: Tab, url: string): Promise<number | string> =>
  tab.run(
    (url) =>
      window.demo.auth.fetch(url).then(
        (response) => response.status,
        (error) => error.code ?? error.name,
      ),
    url,
  );

const UNAUTHORIZED = { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };

describe('another origin', () => {
  it('an origin that isn’t listed gets no token, refresh or replay', async () => {
    const foreign = await startForeignServer(() => UNAUTHORIZED);
    const tab = await openPage();
    expect(await get(tab, foreign.url)).toBe(401);
    expect(foreign.seen).toMatchObject([{ authorization: undefined }]);
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  it('a listed origin gets the token, after a 401 a fresh one', async () => {
    const foreign = await startForeignServer(({ time }) => (time === 1 ? UNAUTHORIZED : { status: 200 }));
    const tab = await openPage({ allowedOrigins: [foreign.url] });
    const first = await tab.run(() => window.demo.auth.getAccessToken());
    expect(await get(tab, `${foreign.url}/orders`)).toBe(200);
    const second = await tab.run(() => window.demo.auth.getAccessToken());
    expect(foreign.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${first}`, `Bearer ${second}`]);
    expect(first).not.toBe(second);
    expect(stage.server.stats().refreshCalls).toBe(1);
  });

  it('an origin that looks like a listed one gets no token', async () => {
    const foreign = await startForeignServer();
    const { port, url } = foreign;
    const listed = url.slice(0, -1);
    expect(url.startsWith(listed)).toBe(true);
    const tab = await openPage({ allowedOrigins: [listed, 'https://api.test'] });
    const own = new URL(stage.server.url);
    const lookAlikes = [
      url,
      `http://localhost:${port}`,
      `http://${own.hostname}.:${port}`,
      `http://api.test:${port}`,
      `http://api.test.evil.test:${port}`,
      `http://${own.hostname}.evil.test:${port}`,
      `//127.0.0.1:${port}`,
      `\\\\127.0.0.1:${port}`,
      // Refused by fetch itself.
      `http://${own.host}@127.0.0.1:${port}`,
    ];
    for (const lookAlike of lookAlikes) await get(tab, `${lookAlike}/${encodeURIComponent(lookAlike)}`);
    // Not each of these is a name that every system can resolve; most are.
    expect(foreign.seen.length).toBeGreaterThan(5);
    expect(foreign.seen.filter(({ authorization }) => authorization)).toEqual([]);
  });

  it('this very server by another name gets no token', async () => {
    const tab = await openPage();
    // Its API says nothing to strangers; but it has seen them.
    await get(tab, `${stage.server.url.replace('127.0.0.1', 'localhost')}/api/me?other-name`);
    expect(stage.server.stats().apiRequests).toEqual({ nobody: 1 });
  });
});

describe('a redirect', () => {
  const redirect = (to: string) => `/redirect?to=${encodeURIComponent(to)}`;

  it('a redirect within the list keeps the token, and is cured', async () => {
    const tab = await openPage();
    expect(await get(tab, redirect('/api/me'))).toBe(200);
    stage.server.expire();
    expect(await get(tab, redirect('/api/me'))).toBe(200);
    expect(stage.server.stats()).toMatchObject({ apiRequests: { ada: 3 }, rotations: 1 });
  });

  it('a redirect out of the list loses the token, for good', async () => {
    const foreign = await startForeignServer(() => UNAUTHORIZED);
    const tab = await openPage();
    expect(await get(tab, redirect(foreign.url))).toBe(401);
    expect(foreign.seen).toMatchObject([{ authorization: undefined }]);
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  it('a redirect between two listed origins loses the token', async () => {
    const last = await startForeignServer(() => UNAUTHORIZED);
    const first = await startForeignServer(() => ({ status: 307, headers: { Location: last.url } }));
    const tab = await openPage({ allowedOrigins: [first.url, last.url] });
    expect(await get(tab, first.url)).toBe(401);
    expect(first.seen).toMatchObject([{ authorization: expect.stringContaining('Bearer ') }]);
    expect(last.seen).toMatchObject([{ authorization: undefined }]);
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  it('a redirect out and back in makes no loop of refreshes', async () => {
    const foreign = await startForeignServer(({ path }) => ({
      status: 307,
      headers: { Location: decodeURIComponent(path.slice(1)) },
    }));
    const tab = await openPage();
    const back = `${stage.server.url}/api/me`;
    // The API gives no CORS headers to an origin that a redirect has tainted.
    for (let time = 0; time < 3; time++)
      expect([401, 'TypeError']).toContain(await get(tab, redirect(`${foreign.url}/${encodeURIComponent(back)}`)));
    expect(foreign.seen.filter(({ authorization }) => authorization)).toEqual([]);
    expect(stage.server.stats().apiRequests.ada).toBeUndefined();
    expect(stage.server.stats().refreshCalls).toBeLessThanOrEqual(1);
  });
});

describe('a service worker of the app’s own', () => {
  async function adasWorkedTab(): Promise<Tab> {
    const tab = await openPage(QUICK.options);
    await tab.run(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
      if (!navigator.serviceWorker.controller)
        await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    });
    return tab;
  }

  it('behind a service worker, one refresh serves all requests', async () => {
    const tab = await adasWorkedTab();
    stage.server.expire();
    expect(new Set(await send(tab, 20))).toEqual(new Set([200]));
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, unauthorized: 20, reuseAlarms: 0 });
  });

  it('a tab closed behind a service worker loses no session', async () => {
    const staying = await adasWorkedTab();
    const dying = await stage.openTab({ page: 'open', ...QUICK });
    expect(await restored(dying)).toBe('signed-in');
    const held = await holdRefreshOf(stage, dying);
    await dying.close();
    held.release();
    expect(await sendPatiently(staying)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });
});

describe('the browser’s HTTP cache', () => {
  it('a 401 kept in the HTTP cache doesn’t answer the replay', async () => {
    const CACHED = { 'Cache-Control': 'max-age=600', 'Access-Control-Max-Age': '600' };
    const api = await startForeignServer(({ time }) => ({
      status: time === 1 ? 401 : 200,
      headers: { ...CACHED, ...UNAUTHORIZED.headers },
    }));
    const tab = await openPage({ allowedOrigins: [api.url] });
    expect(await get(tab, api.url)).toBe(200);
    expect(api.seen).toHaveLength(2);
    expect(stage.server.stats().refreshCalls).toBe(1);
  });
});
