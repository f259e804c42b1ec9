/** Servers in Python, with tabs in this process. One whose packages are missing is named, and counts nothing. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { disposeClients } from '../world/tabs.ts';
import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { startFastApi, startFlask, startOAuthToolkit } from './other-languages.ts';
import type { UsualServer } from './usual-server.ts';
import { adasTabs, send, testIfInstalled } from './usual-suite.ts';

let server: UsualServer;

/** One that each test has for itself. */
function eachHas(start: () => Promise<UsualServer>): void {
  beforeEach(async () => {
    server = await start();
  });
  afterEach(async () => {
    disposeClients();
    await server.close();
  });
}

testIfInstalled('FastAPI', 'rotates', startFastApi, () => {
  eachHas(startFastApi);

  it('422 for a cookie that is missing ends the session', async () => {
    const jar = createCookieJar();
    const [tab, other] = await adasTabs(server, 2, jar);
    jar.cookies.clear();
    await server.expire();
    expect(await send(server, tab, 3)).toEqual(Array(3).fill('session-expired'));
    await expect.poll(() => other?.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' });
    const headers = { 'X-Requested-With': 'silent-refresh' };
    expect((await fetch(`${server.url}/auth/refresh`, { method: 'POST', headers })).status).toBe(422);
  });
});

testIfInstalled('Flask-JWT-Extended', 'doesn’t rotate', startFlask, () => {
  eachHas(startFlask);
  const CSRF_COOKIE = 'csrf_refresh_token';

  /** Sends one request with no good CSRF token, which ends nothing, and gives what the token endpoint said. */
  async function refusals(spoil: (jar: CookieJar) => void, options = server.options) {
    const jar = createCookieJar();
    const said = new Set<string>();
    const watched: CookieJar = {
      ...jar,
      async fetch(input, init) {
        const response = await jar.fetch(input, init);
        if (response.url.endsWith('/auth/refresh')) said.add(`${response.status} ${await response.clone().text()}`);
        return response;
      },
    };
    const tabs = await adasTabs({ ...server, options }, 3, watched);
    const right = jar.cookies.get(CSRF_COOKIE) ?? '';
    spoil(jar);
    await server.expire();
    expect(await send(server, tabs[0], 3)).toEqual(Array(3).fill('refresh-unavailable'));
    expect(tabs.map((tab) => tab.getState().status)).toEqual(Array(3).fill('signed-in'));
    jar.cookies.set(CSRF_COOKIE, right);
    return { said: [...said], tabs };
  }

  it.each([
    ['is missing', ({ cookies }: CookieJar) => cookies.delete(CSRF_COOKIE), 'Missing CSRF token'],
    [
      'is wrong',
      ({ cookies }: CookieJar) => cookies.set(CSRF_COOKIE, 'wrong'),
      'CSRF double submit tokens do not match',
    ],
  ])('its refusal of a CSRF cookie that %s signs nobody out, and all goes on with the right one', async (...args) => {
    const [, spoil, words] = args;
    const { said, tabs } = await refusals(spoil);
    expect(said).toEqual([expect.stringMatching(`^401 .*"${words}`)]);
    await expect.poll(() => send(server, tabs[0], 1)).toEqual([200]);
    expect(await server.sessions()).toBe(1);
  });

  it('its words are enough: without the option csrf, its refusal signs nobody out', async () => {
    const { said } = await refusals(() => {}, { ...server.options, refresh: `${server.url}/auth/refresh` });
    expect(said).toEqual([expect.stringMatching('^401 .*"Missing CSRF token')]);
  });
});

testIfInstalled('django-oauth-toolkit', 'rotates, and detects no reuse', startOAuthToolkit, () => {
  eachHas(startOAuthToolkit);

  it('its grace period is the overlap: a token that was just spent gets the same successor again', async () => {
    const post = async (fields: Record<string, string>) => {
      const body = new URLSearchParams({ client_id: 'spa', ...fields });
      return (await fetch(`${server.url}/o/token/`, { method: 'POST', body })).json();
    };
    const { refresh_token } = await post({ grant_type: 'password', username: 'ada', password: 'secret' });
    const [first, second] = [
      await post({ grant_type: 'refresh_token', refresh_token }),
      await post({ grant_type: 'refresh_token', refresh_token }),
    ];
    expect(first).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    expect(first.refresh_token).not.toBe(refresh_token);
    expect([second.access_token, second.refresh_token]).toEqual([first.access_token, first.refresh_token]);
    expect(await server.sessions()).toBe(1);
  });
});
