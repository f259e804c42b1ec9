/** P12: a caller’s abort frees that caller at once, and nobody else. */

import { describe, expect, it, vi } from 'vitest';
import { expired, inMidRefresh } from '../../given/ada.ts';
import { reasonOf } from '../../given/failures.ts';
import { noteUnhandledRejections } from '../../given/rejections.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { openTab, record } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

noteUnhandledRejections();

describe('a caller’s abort frees that caller at once, and nobody else (P12)', () => {
  const departures: { how: string; leave: (leaving: AbortController) => void }[] = [
    { how: 'an abort', leave: (leaving) => leaving.abort() },
    { how: 'a time-out', leave: (leaving) => leaving.abort(new DOMException('too slow', 'TimeoutError')) },
    { how: 'a reason of one’s own', leave: (leaving) => leaving.abort('the page was left') },
  ];

  it.for(departures)('a request that is left before its sending, by $how, isn’t sent', async ({ leave }) => {
    const { server, auth, held } = await inMidRefresh();
    const leaving = new AbortController();
    const request = reasonOf(auth.fetch(`${API}/left`, { method: 'POST', signal: leaving.signal }));
    const other = auth.fetch(`${API}/other`);
    await held.arrived;
    leave(leaving);

    expect(await request).toBe(leaving.signal.reason);
    held.release();
    expect((await other).status).toBe(200);
    await rest();

    expect(server.apiRequests.map(({ url }) => url)).toEqual([`${API}/other`]);
    expect(server.refreshCalls).toBe(1);
  });

  it.for(departures)('a request whose 401 waits isn’t replayed once left, by $how', async ({ leave }) => {
    const { server, auth } = await expired({ tab: 'hidden' });
    const held = server.holdRefresh();
    const leaving = new AbortController();
    const request = reasonOf(auth.fetch(`${API}/left`, { signal: leaving.signal }));
    const other = auth.fetch(`${API}/other`);
    await held.arrived;
    await until(() => server.apiRequests.length === 2);
    leave(leaving);

    expect(await request).toBe(leaving.signal.reason);
    held.release();
    expect((await other).status).toBe(200);
    await rest();

    expect(server.apiRequests.filter(({ url }) => url.endsWith('/left'))).toHaveLength(1);
    expect(server.refreshCalls).toBe(1);
  });

  it('a Request’s own signal counts, as does that of init', async () => {
    const { server, auth, held } = await inMidRefresh();
    const [first, second] = [new AbortController(), new AbortController()];
    const byRequest = reasonOf(auth.fetch(new Request(`${API}/a`, { signal: first.signal })));
    const byInit = reasonOf(auth.fetch(new Request(`${API}/b`), { signal: second.signal }));
    await held.arrived;
    first.abort('first');
    second.abort('second');

    expect(await byRequest).toBe('first');
    expect(await byInit).toBe('second');
    held.release();
    await until(() => server.cookie === 'refresh-2');
    await rest();
    expect(server.apiRequests).toHaveLength(0);
  });

  it('a caller who leaves while the page restores is freed', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const held = server.holdRefresh();
    const auth = openTab();
    const leaving = new AbortController();
    const request = reasonOf(auth.fetch(`${API}/left`, { signal: leaving.signal }));
    await held.arrived;
    leaving.abort();

    expect(await request).toBe(leaving.signal.reason);
    held.release();
    expect(await auth.restore()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.apiRequests).toHaveLength(0);
    expect(server.refreshCalls).toBe(1);
  });

  it('no caller’s abort reaches the refresh, even if all leave', async () => {
    const server = startAuthServer();
    const answer = gate<object>();
    const signals: AbortSignal[] = [];
    const auth = openTab({
      refresh: ({ signal }) => {
        signals.push(signal);
        return answer.opened;
      },
    });
    await auth.signIn(server.login('ada'));
    server.expireAccessTokens();
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiters = [
      ...times(5, () => auth.fetch(`${API}/orders`, { signal })),
      ...times(5, () => auth.getAccessToken({ signal, minValidity: 60_000 })),
    ];
    await until(() => signals.length === 1 && server.apiRequests.length === 5);
    await rest();
    leaving.abort();

    for (const outcome of await Promise.allSettled(waiters.slice(0, 5))) {
      expect(outcome).toEqual({ status: 'rejected', reason: signal.reason });
    }
    expect(signals[0]?.aborted).toBe(false);
    const events = record(auth);
    answer.open(server.signIn('ada'));
    await until(() => events.length);

    expect(events).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
    expect(signals).toHaveLength(1);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a signal that is aborted already causes no request at all', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const signal = AbortSignal.abort('gone');
    server.signIn('ada');

    expect(await reasonOf(auth.fetch(`${API}/orders`, { signal }))).toBe('gone');
    expect(await reasonOf(auth.getAccessToken({ signal }))).toBe('gone');
    await rest();
    expect(server.refreshCalls).toBe(0);

    await auth.restore();
    expect(await reasonOf(auth.fetch(`${API}/orders`, { signal }))).toBe('gone');
    expect(await reasonOf(auth.fetch(new Request(`${API}/orders`, { signal })))).toBe('gone');
    expect(await reasonOf(auth.getAccessToken({ signal }))).toBe('gone');
    await rest();
    expect(server.apiRequests).toHaveLength(0);
    expect(server.refreshCalls).toBe(1);
  });

  it('a signal that outlives many waits collects no listeners', async () => {
    const { auth, held } = await inMidRefresh();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const tokens = times(20, () => auth.getAccessToken({ signal }));
    await held.arrived;
    expect(added).toHaveBeenCalledTimes(20);
    held.release();
    await Promise.all(tokens);
    await rest();

    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});
