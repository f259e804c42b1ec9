/** P2 and P3 for what can't take a `fetch`: an interceptor asks for another token once its own has met a 401. */

import {
  type AuthClient,
  RefreshUnavailableError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
} from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTwoTabs, signedIn } from '../../given/ada.ts';
import { SECOND } from '../../given/durations.ts';
import { reasonOf } from '../../given/failures.ts';
import { generationsOf } from '../../given/received.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { refusal } from '../../world/refusal.ts';
import { record } from '../../world/tabs.ts';
import { tracesOf } from '../../world/traces.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

/** Stands for an XMLHttpRequest: it knows nothing of the client. */
const send = (path: string, token: string) =>
  fetch(`${API}/${path}`, { headers: { authorization: `Bearer ${token}` } });

/** The whole of an interceptor. */
async function intercepted(auth: AuthClient, path: string): Promise<Response> {
  const token = await auth.getAccessToken();
  const response = await send(path, token);
  return response.status === 401 ? send(path, await auth.getAccessToken({ refused: token })) : response;
}

/** Ada is signed in, in a tab that refreshes only when somebody asks; her token lives for a minute. */
async function adasToken() {
  const { server, auth } = await signedIn({ clocks: 'stopped', tab: 'hidden' });
  return { server, auth, token: await auth.getAccessToken() };
}

describe('an interceptor in four lines (P2, P3)', () => {
  it('20 parallel 401s of an interceptor cost one refresh', async () => {
    const { server, auth } = await adasToken();
    server.expireAccessTokens();

    const responses = await Promise.all(times(20, (i) => intercepted(auth, `${i}`)));

    expect(responses.map(({ status }) => status)).toEqual(times(20, () => 200));
    expect(server.refreshCalls).toBe(1);
    expect(generationsOf(server)).toEqual([...times(20, () => 1), ...times(20, () => 2)]);
  });

  it('an interceptor’s late 401 gets the current token without a refresh', async () => {
    const { server, auth } = await adasToken();
    const slow = gate();
    server.answerApi = async () => {
      server.answerApi = undefined;
      await slow.opened;
      return refusal();
    };
    const late = intercepted(auth, 'late');
    await until(() => !server.answerApi);
    await auth.refresh();
    slow.open();

    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(generationsOf(server)).toEqual([1, 2]);
  });

  it('another tab’s refresh serves an interceptor, too', async () => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    const token = await here.getAccessToken();
    const events = record(here);
    await there.refresh();
    await until(() => events.length);

    expect(await here.getAccessToken({ refused: token })).toBe(await there.getAccessToken());
    expect(server.refreshCalls).toBe(1);
  });

  it('an endpoint that always says 401 costs an interceptor one refresh', async () => {
    const { server, auth } = await adasToken();
    server.answerApi = () => refusal();

    for (let call = 0; call < 20; call++) expect((await intercepted(auth, 'bad')).status).toBe(401);

    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(40);
  });

  it('an interceptor shares its refresh with auth.fetch', async () => {
    const { server, auth } = await adasToken();
    server.expireAccessTokens();

    const responses = await Promise.all([
      ...times(5, (i) => intercepted(auth, `${i}`)),
      ...times(5, (i) => auth.fetch(`${API}/${i}`)),
    ]);

    expect(responses.map(({ status }) => status)).toEqual(times(10, () => 200));
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a token that was refused (P2, P3)', () => {
  it('a refused token is given back where it is just refreshed', async () => {
    const { server, auth, token: first } = await adasToken();

    const second = await auth.getAccessToken({ refused: first });
    expect(second).not.toBe(first);
    expect(await auth.getAccessToken({ refused: second })).toBe(second);
    // Other callers go on with it: only who met the 401 doubts it.
    expect(await auth.getAccessToken()).toBe(second);
    expect(server.refreshCalls).toBe(1);
  });

  it('a token that is refused for long is refreshed again', async () => {
    const { server, auth, token: first } = await adasToken();
    const second = await auth.getAccessToken({ refused: first });
    await auth.getAccessToken({ refused: second });

    await pass(31 * SECOND);
    const third = await auth.getAccessToken({ refused: second });

    expect(third).not.toBe(second);
    expect(server.refreshCalls).toBe(2);
  });

  it('a refused token is given back where the server repeats it', async () => {
    const { server, auth, token } = await adasToken();
    server.answerRefresh = () => Response.json({ access_token: token, expires_in: 60 });

    expect(await auth.getAccessToken({ refused: token })).toBe(token);
    expect(server.refreshCalls).toBe(1);
  });

  it('a refused token is given back where the API refuses all', async () => {
    const { server, auth } = await adasToken();
    server.answerApi = () => refusal();
    for (const path of ['a', 'b', 'c']) expect((await auth.fetch(`${API}/${path}`)).status).toBe(401);
    const before = server.refreshCalls;
    const token = await auth.getAccessToken();

    expect(await auth.getAccessToken({ refused: token })).toBe(token);
    expect(server.refreshCalls).toBe(before);
  });

  it('refused tokens and 401s together cost ten refreshes a minute', async () => {
    const { server, auth } = await adasToken();
    const left = () => {
      const leaving = new AbortController();
      const undo = auth.on('refreshed', () => leaving.abort());
      const { signal } = leaving;
      return { signal, undo };
    };
    server.answerApi = () => refusal();
    for (let call = 0; call < 12; call++) {
      const { signal, undo } = left();
      await auth.fetch(`${API}/${call}`, { signal }).catch(() => {});
      undo();
    }
    const token = await auth.getAccessToken();

    expect(await auth.getAccessToken({ refused: token })).toBe(token);
    expect(server.refreshCalls).toBeLessThanOrEqual(10);
  });

  it('a refused token of long ago costs nothing', async () => {
    const { server, auth, token } = await adasToken();
    await auth.refresh();
    await auth.refresh();

    expect(await auth.getAccessToken({ refused: token })).toBe(await auth.getAccessToken());
    expect(await auth.getAccessToken({ refused: 'a token of something else' })).toBe(await auth.getAccessToken());
    expect(server.refreshCalls).toBe(2);
  });

  it('a refused token is refreshed though it has long to live', async () => {
    const { server, auth, token } = await adasToken();
    const held = server.holdRefresh();

    const next = auth.getAccessToken({ refused: token });
    await until(() => server.refreshCalls);
    expect(await standing(next)).toBe('pending');
    held.release();

    expect(await next).not.toBe(token);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a refused token for which there is no other (P5, P6, P7)', () => {
  it('a refused token that meets an outage gives a retryable error', async () => {
    const { server, auth, token } = await adasToken();
    server.answerRefresh = () => new Response('', { status: 500 });

    const reason = await reasonOf(auth.getAccessToken({ refused: token }));

    expect(reason).toBeInstanceOf(RefreshUnavailableError);
    expect(tracesOf(token, reason)).toEqual([]);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('a refused token of an ended session costs one call', async () => {
    const { server, auth, token } = await adasToken();
    server.revoke('ada');

    expect(await reasonOf(auth.getAccessToken({ refused: token }))).toBeInstanceOf(SessionExpiredError);
    expect(server.refreshCalls).toBe(1);
    expect(await reasonOf(auth.getAccessToken({ refused: token }))).toBeInstanceOf(SessionExpiredError);
    expect(server.refreshCalls).toBe(1);
  });

  it('a refused token of whoever is signed out asks nothing', async () => {
    const { server, auth, token } = await adasToken();
    await auth.signOut();

    expect(await reasonOf(auth.getAccessToken({ refused: token }))).toBeInstanceOf(SignedOutError);
    expect(server.refreshCalls).toBe(0);
  });

  it('whoever signs out while waiting is given no token', async () => {
    const { server, auth, token } = await adasToken();
    const held = server.holdRefresh();
    const waiting = reasonOf(auth.getAccessToken({ refused: token }));
    await until(() => server.refreshCalls);
    const leaving = auth.signOut();

    expect(await waiting).toBeInstanceOf(SignedOutError);
    held.release();
    await leaving;
  });

  it('another user’s token is not given to whoever waits', async () => {
    const { server, auth, token } = await adasToken();
    const held = server.holdRefresh();
    const waiting = reasonOf(auth.getAccessToken({ refused: token }));
    await until(() => server.refreshCalls);
    await auth.setSession(server.signIn('bob'));

    expect(await waiting).toBeInstanceOf(SessionChangedError);
    held.release();
    await rest();
  });

  it('an aborted getAccessToken() rejects at once; the others get the token', async () => {
    const { server, auth, token } = await adasToken();
    const held = server.holdRefresh();
    const leaving = new AbortController();
    const left = reasonOf(auth.getAccessToken({ refused: token, signal: leaving.signal }));
    const stayed = auth.getAccessToken({ refused: token });
    await until(() => server.refreshCalls);
    leaving.abort();

    expect(await left).toBe(leaving.signal.reason);
    held.release();
    expect(await stayed).not.toBe(token);
    expect(server.refreshRequests.map(({ url }) => url)).toEqual([TOKEN_ENDPOINT]);
  });
});
