/** P10: `getAccessToken()` gives a token that is valid, for as long as it is wanted to be, or says why there is none. */

import { RefreshUnavailableError, SessionExpiredError, SignedOutError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { inMidRefresh, signedIn } from '../../given/ada.ts';
import { reasonOf } from '../../given/failures.ts';
import { noteUnhandledRejections } from '../../given/rejections.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { openTab } from '../../world/tabs.ts';
import { gate } from '../../world/waiting.ts';

noteUnhandledRejections();

describe('getAccessToken (P10)', () => {
  const worksAt = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${API}/socket`, { headers })).status === 200;
  };

  it('getAccessToken() gives a valid token each time', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    for (let reconnect = 0; reconnect < 10; reconnect++) {
      const token = await auth.getAccessToken();
      expect(await worksAt(token)).toBe(true);
      expect(await auth.getAccessToken()).toBe(token);
      jumpWallClock(47_000);
    }
    expect(server.refreshCalls).toBeGreaterThan(2);
    expect(server.refreshCalls).toBeLessThan(10);
  });

  it('getAccessToken() asks once for many callers', async () => {
    const { server, auth, held } = await inMidRefresh();
    const tokens = times(100, () => auth.getAccessToken());
    await held.arrived;
    held.release();

    expect(new Set(await Promise.all(tokens)).size).toBe(1);
    expect(server.refreshCalls).toBe(1);
  });

  it('getAccessToken() refreshes where a token won’t last for minValidity', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    const token = await auth.getAccessToken({ minValidity: 20_000 });
    jumpWallClock(39_000);
    expect(await auth.getAccessToken({ minValidity: 20_000 })).toBe(token);
    jumpWallClock(2_000);

    const next = await auth.getAccessToken({ minValidity: 20_000 });

    expect(next).not.toBe(token);
    expect(await worksAt(next)).toBe(true);
    expect(server.refreshCalls).toBe(1);
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['a negative number', -1],
    ['a string', 'soon' as never],
    ['null', null as never],
  ])('a minValidity that is %s is refused, and refreshes nothing', async (_, minValidity) => {
    const { server, auth } = await signedIn({ tab: 'hidden' });
    const reasons = await Promise.all(times(5, () => reasonOf(auth.getAccessToken({ minValidity }))));

    for (const reason of reasons) {
      expect(reason).toMatchObject({ code: 'configuration', message: expect.stringContaining('minValidity') });
    }
    expect(server.refreshCalls).toBe(0);
  });

  it('a minValidity longer than tokens live doesn’t refresh each time', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });

    for (let call = 0; call < 20; call++) {
      await auth.getAccessToken({ minValidity: 3_600_000 });
      jumpWallClock(1_000);
    }

    expect(server.refreshCalls).toBe(0);
  });

  it('getAccessToken() gives a good token where it can’t have a better', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    const token = await auth.getAccessToken();
    server.answerRefresh = () => new Response('', { status: 500 });
    jumpWallClock(45_000);

    expect(await auth.getAccessToken({ minValidity: 20_000 })).toBe(token);

    jumpWallClock(16_000);
    const late = reasonOf(auth.getAccessToken());
    await pass(10_000);
    expect(await late).toBeInstanceOf(RefreshUnavailableError);
  });

  it('getAccessToken() says why there is no token', async () => {
    const server = startAuthServer();
    const auth = openTab();
    expect(await reasonOf(auth.getAccessToken())).toBeInstanceOf(SignedOutError);
    await auth.signIn(server.login('ada'));
    await auth.signOut();
    expect(await reasonOf(auth.getAccessToken())).toBeInstanceOf(SignedOutError);
    await auth.signIn(server.login('ada'));
    server.revoke('ada');
    await reasonOf(auth.refresh());
    expect(await reasonOf(auth.getAccessToken())).toBeInstanceOf(SessionExpiredError);
  });

  it('getAccessToken() during the first login says to try again', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const [asked, answered] = [gate(), gate<object>()];
    const login = auth.signIn(() => {
      asked.open();
      return answered.opened;
    });
    await asked.opened;

    expect(await reasonOf(auth.getAccessToken())).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    answered.open(server.signIn('ada'));
    await login;
  });

  it('getAccessToken() frees a caller who leaves, with the signal’s reason', async () => {
    const { server, auth, held } = await inMidRefresh();
    const leaving = new AbortController();
    const left = reasonOf(auth.getAccessToken({ signal: leaving.signal }));
    const stayed = auth.getAccessToken();
    await held.arrived;
    leaving.abort();

    expect(await left).toBe(leaving.signal.reason);
    held.release();
    expect(await worksAt(await stayed)).toBe(true);
    expect(server.refreshCalls).toBe(1);
  });
});
