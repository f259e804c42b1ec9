/** What is said of a set-up that is wrong: what, where, and what to do. */

import { cookieRefresh, createAuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { messageOf } from '../given/failures.ts';
import { type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../world/clocks.ts';
import { openTab } from '../world/tabs.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('wrong arguments', () => {
  it.for<[string, () => unknown, RegExp]>([
    ['cookieRefresh with a URL alone', () => cookieRefresh('/auth/refresh' as never), /cookieRefresh\(\{ url \}\)/],
    ['cookieRefresh without a URL', () => cookieRefresh({} as never), /url is missing/],
    [
      'signOut without a URL',
      () => createAuthClient({ refresh: '/auth/refresh', signOut: {} as never }),
      /signOut is without url/,
    ],
  ])('%s is refused with what to do', ([, act, message]) => {
    expect(act).toThrow(message);
  });

  it('a promise for setSession() is told to be awaited', async () => {
    const said = await messageOf(openTab().setSession(Promise.resolve({})));
    expect(said).toMatch(/await/);
  });

  it('an answer whose body was read is told so', async () => {
    const answer = Response.json({ access_token: 'opaque' });
    await answer.text();
    expect(await messageOf(openTab().setSession(answer))).toMatch(/body unread/);
  });
});

describe('a server that doesn’t answer', () => {
  it('no message blames another tab where there is only one', async () => {
    const auth = await adasTab(server);
    const hold = server.holdRefresh();
    const said: string[] = [];
    for (let call = 0; call < 3; call++) {
      const message = messageOf(auth.refresh());
      await hold.arrived;
      await pass(10_000, 1_000);
      said.push(await message);
    }

    expect(said.join('\n')).not.toMatch(/which another tab has|in another tab$/m);
    expect(said[1]).toMatch(/in this tab or another/);
    hold.release();
  });

  it('a refused cookie is told with the address that refused it', async () => {
    const said = await passUntil(messageOf(openTab().signIn()), 10);
    expect(said).toContain(TOKEN_ENDPOINT);
    expect(said).toMatch(/401/);
  });

  it('a pause is told with its length', async () => {
    const auth = openTab();
    await auth.setSession({ access_token: 'opaque', expires_in: 600 });
    server.answerRefresh = () => new Response('{}', { status: 503, headers: { 'Retry-After': '60' } });
    expect(await messageOf(auth.refresh())).toMatch(/try again in 60 s/);
  });
});
