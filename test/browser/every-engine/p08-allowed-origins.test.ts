/** P8 in real tabs: the token goes to the origins that may have it, and nowhere else, whatever stands in between. */

import { describe, expect, it } from 'vitest';
import { holdRefreshOf, restored, send, sendPatiently, setBareStage, signIn } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { startForeignServer } from '../foreign-server.ts';
import type { Conditions } from '../pages.ts';

const stage = setBareStage();

async function adasTab(options: Conditions['options'] = {}): Promise<Tab> {
  const tab = await stage.openTab({ page: 'open', options });
  await signIn(tab, 'ada');
  return tab;
}

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
  it('that isn’t listed gets no token, and its 401 no refresh and no replay', async () => {
    const foreign = await startForeignServer(() => UNAUTHORIZED);
    const tab = await adasTab();
    expect(await get(tab, foreign.url)).toBe(401);
    expect(foreign.seen).toMatchObject([{ authorization: undefined }]);
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  it('that is listed gets the token, and after a 401 the fresh one, once', async () => {
    const foreign = await startForeignServer(({ time }) => (time === 1 ? UNAUTHORIZED : { status: 200 }));
    const tab = await adasTab({ allowedOrigins: [foreign.url] });
    const first = await tab.run(() => window.demo.auth.getAccessToken());
    expect(await get(tab, `${foreign.url}/orders`)).toBe(200);
    const second = await tab.run(() => window.demo.auth.getAccessToken());
    expect(foreign.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${first}`, `Bearer ${second}`]);
    expect(first).not.toBe(second);
    expect(stage.server.stats().refreshCalls).toBe(1);
  });

  it('that looks like a listed one gets none', async () => {
    const foreign = await startForeignServer();
    const { port, url } = foreign;
    const listed = url.slice(0, -1);
    expect(url.startsWith(listed)).toBe(true);
    const tab = await adasTab({ allowedOrigins: [listed, 'https://api.test'] });
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

  it('that is this very server by another name gets none', async () => {
    const tab = await adasTab();
    // Its API says nothing to strangers; but it has seen them.
    await get(tab, `${stage.server.url.replace('127.0.0.1', 'localhost')}/api/me?other-name`);
    expect(stage.server.stats().apiRequests).toEqual({ nobody: 1 });
  });
});

describe('a redirect', () => {
  const redirect = (to: string) => `/redirect?to=${encodeURIComponent(to)}`;

  it('within the list keeps the token, and a 401 behind it is cured', async () => {
    const tab = await adasTab();
    expect(await get(tab, redirect('/api/me'))).toBe(200);
    stage.server.expire();
    expect(await get(tab, redirect('/api/me'))).toBe(200);
    expect(stage.server.stats()).toMatchObject({ apiRequests: { ada: 3 }, rotations: 1 });
  });

  it('out of the list loses it, and a 401 there is the answer', async () => {
    const foreign = await startForeignServer(() => UNAUTHORIZED);
    const tab = await adasTab();
    expect(await get(tab, redirect(foreign.url))).toBe(401);
    expect(foreign.seen).toMatchObject([{ authorization: undefined }]);
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  it('from one listed origin to another loses it, as in every browser; a 401 there is the answer', async () => {
    const last = await startForeignServer(() => UNAUTHORIZED);
    const first = await startForeignServer(() => ({ status: 307, headers: { Location: last.url } }));
    const tab = await adasTab({ allowedOrigins: [first.url, last.url] });
    expect(await get(tab, first.url)).toBe(401);
    expect(first.seen).toMatchObject([{ authorization: expect.stringContaining('Bearer ') }]);
    expect(last.seen).toMatchObject([{ authorization: undefined }]);
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  it('out of the list and back in comes without it: one refresh at most, and no loop', async () => {
    const foreign = await startForeignServer(({ path }) => ({
      status: 307,
      headers: { Location: decodeURIComponent(path.slice(1)) },
    }));
    const tab = await adasTab();
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
  // Half of it is what the others wait for an answer that a tab has left behind.
  const options = { refreshTimeout: 2_000 };

  async function adasWorkedTab(): Promise<Tab> {
    const tab = await adasTab(options);
    await tab.run(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
      if (!navigator.serviceWorker.controller)
        await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    });
    return tab;
  }

  it('changes nothing: one refresh, each request answered', async () => {
    const tab = await adasWorkedTab();
    stage.server.expire();
    expect(new Set(await send(tab, 20))).toEqual(new Set([200]));
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, unauthorized: 20, reuseAlarms: 0 });
  });

  it('or a tab that is closed in mid-refresh: no session is lost', async () => {
    const staying = await adasWorkedTab();
    const dying = await stage.openTab({ page: 'open', options });
    expect(await restored(dying)).toBe('signed-in');
    const held = await holdRefreshOf(stage, dying);
    await dying.close();
    held.release();
    expect(await sendPatiently(staying)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });
});

describe('the browser’s HTTP cache', () => {
  it('that has kept a 401: the replay is answered by the server', async () => {
    const CACHED = { 'Cache-Control': 'max-age=600', 'Access-Control-Max-Age': '600' };
    const api = await startForeignServer(({ time }) => ({
      status: time === 1 ? 401 : 200,
      headers: { ...CACHED, ...UNAUTHORIZED.headers },
    }));
    const tab = await adasTab({ allowedOrigins: [api.url] });
    expect(await get(tab, api.url)).toBe(200);
    expect(api.seen).toHaveLength(2);
    expect(stage.server.stats().refreshCalls).toBe(1);
  });
});
