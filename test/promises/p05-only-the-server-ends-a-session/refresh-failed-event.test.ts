/** P5: the event `refresh-failed` tells what went wrong, once for each failed call. */

import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { HOUR } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { busy, offline } from '../../given/token-answers.ts';
import { API, type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { record } from '../../world/tabs.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('`refresh-failed` tells what went wrong', () => {
  it('the refresh-failed event holds the error, once for each failed call', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.answerRefresh = () => busy('3600');
    const errors = await Promise.all([failureOf(auth.refresh()), failureOf(auth.refresh())]);

    expect(events).toEqual([{ name: 'refresh-failed', detail: { error: errors[0] } }]);
    expect(errors[1]).toBe(errors[0]);
    expect(errors[0]).toMatchObject({
      name: 'RefreshUnavailableError',
      code: 'refresh-unavailable',
      retryable: true,
      retryAfter: HOUR,
      message: `${TOKEN_ENDPOINT} can't refresh just now: it answered 429, application/json. Nobody was signed out; try again in 3600 s.`,
    });
    expect(Object.isFrozen(events[0]?.detail)).toBe(true);
  });

  it('the network’s own error is the cause in event and rejections', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.expireAccessTokens();
    server.answerRefresh = offline;
    const error = await failureOf(auth.fetch(`${API}/orders`));
    const failed = (events[0]?.detail as { error: Error } | undefined)?.error;
    expect(failed?.cause).toBeInstanceOf(TypeError);
    expect((error as Error).cause).toBe(failed?.cause);
  });
});
