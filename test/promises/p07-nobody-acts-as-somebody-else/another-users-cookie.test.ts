/** P7: a cookie or an answer that turns out to be another user’s is used for none of the first user’s requests. */

import { isAuthError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTwoTabs, expired, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { usersOf } from '../../given/received.ts';
import { becomes } from '../../given/shown.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { openTwoTabs, record } from '../../world/tabs.ts';
import { rest } from '../../world/waiting.ts';

describe('a refresh that turns out to be another user’s (P7)', () => {
  it('a refresh that finds another user rejects all who waited', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    // Somebody signed in past this library, on the classic login page: the cookie is theirs.
    server.signIn('bob');
    const seen = [record(here), record(there)];
    outliveToken();
    const waiting = [here.fetch(`${API}/orders`), here.getAccessToken(), there.fetch(`${API}/orders`)].map(failureOf);

    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'session-changed' });
    await rest();
    expect(server.apiRequests).toEqual([]);
    expect(server.refreshCalls).toBe(1);
    for (const events of seen) {
      expect(events).toEqual([{ name: 'user-changed', detail: { subject: 'bob', previousSubject: 'ada' } }]);
    }
    expect(await (await there.fetch(`${API}/orders`)).json()).toMatchObject({ user: 'bob' });
  });

  it('a 401 whose refresh is another user’s is not replayed', async () => {
    const { server, auth } = await expired();
    server.signIn('bob');

    await expect(auth.fetch(`${API}/orders`)).rejects.toMatchObject({ code: 'session-changed' });
    expect(usersOf(server)).toEqual(['ada']);
  });
});

describe('late answers of the first user (P7)', () => {
  it('each request is sent as its own user or not at all', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    const asked = new Map<string, string>();
    const settled: Promise<unknown>[] = [];
    await here.signIn(server.login('user-0'));
    await becomes('user-0', here, there);

    for (let round = 1; round <= 10; round++) {
      outliveToken();
      for (const [index, tab] of [here, there, here].entries()) {
        const path = `${API}/${round}-${index}`;
        asked.set(path, `user-${round - 1}`);
        settled.push(tab.fetch(path).catch((error: unknown) => error));
      }
      if (round % 2) await rest();
      const door = round % 3 ? here : there;
      if (round % 4) await door.signIn(server.login(`user-${round}`));
      else await door.setSession(server.signIn(`user-${round}`));
      await becomes(`user-${round}`, here, there);
    }
    await Promise.all(settled);

    for (const { url, user } of server.apiRequests) expect(`${url} ${user}`).toBe(`${url} ${asked.get(url)}`);
    for (const outcome of await Promise.all(settled)) {
      expect(outcome instanceof Response || (isAuthError(outcome) && outcome.code === 'session-changed')).toBe(true);
    }
  });

  it('a request that waited while users came and went rejects', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    outliveToken();
    const refresh = server.holdRefresh();
    const waiting = failureOf(auth.fetch(`${API}/orders`));
    await refresh.arrived;
    const signOut = auth.signOut();
    await auth.setSession(server.signIn('bob'));
    refresh.release();

    expect(await waiting).toMatchObject({ retryable: false });
    await signOut;
    expect(server.apiRequests).toEqual([]);
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
  });
});
