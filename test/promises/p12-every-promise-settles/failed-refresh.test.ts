/** P12: when the refresh fails, each request that waited for it is told so by one typed error. */

import { SessionExpiredError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { expired } from '../../given/ada.ts';
import { times } from '../../given/times.ts';
import { API } from '../../world/auth-server.ts';
import { refusal } from '../../world/refusal.ts';
import { gate, rest, until } from '../../world/waiting.ts';

describe('when the refresh fails', () => {
  it('every waiter gets a SessionExpiredError when the session is over', async () => {
    const { server, auth } = await expired();
    server.revoke('ada');

    const outcomes = await Promise.allSettled(times(20, () => auth.fetch(`${API}/orders`)));

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'session-expired', retryable: false } });
      expect(outcome.status === 'rejected' && outcome.reason).toBeInstanceOf(SessionExpiredError);
    }
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(20);
  });

  it('every waiter gets a RefreshUnavailableError when the server is sick', async () => {
    const { server, auth } = await expired();
    server.answerRefresh = () => new Response('sick', { status: 500 });

    const outcomes = await Promise.allSettled(times(20, () => auth.fetch(`${API}/orders`)));

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'refresh-unavailable', retryable: true } });
    }
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(20);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('a failure that nobody waits for is no unhandled rejection', async () => {
    const { server, auth } = await expired();
    const answer = gate<Response>();
    server.answerRefresh = () => answer.opened;
    const leaving = new AbortController();
    const request = auth.fetch(`${API}/orders`, { signal: leaving.signal });
    await until(() => server.refreshCalls);
    leaving.abort();
    await expect(request).rejects.toBe(leaving.signal.reason);

    answer.open(refusal());
    await until(() => auth.getState().status === 'signed-out');
    await rest();
  });
});
