/** A refresh function of one’s own: what it may give, what its errors mean, and that nobody’s abort reaches it. */

import { RefreshUnavailableError, SessionExpiredError } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { MINUTE } from '../given/durations.ts';
import { failureOf } from '../given/failures.ts';
import { busy } from '../given/token-answers.ts';
import { API, type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { record } from '../world/tabs.ts';
import { tokenAnswer } from '../world/tokens.ts';
import { tracesOf } from '../world/traces.ts';
import { gate, until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('a refresh function of one’s own', () => {
  /** The sign-in's token is of generation 1: whether this one was taken shows. */
  const nextToken = () => tokenAnswer({ sub: 'ada', gen: 2 });
  const TAKEN = { status: 'signed-in', subject: 'ada', claims: { gen: 2 } };

  it.each<[string, () => object]>([
    ['parsed JSON', nextToken],
    ['Response', () => Response.json(nextToken())],
  ])('a refresh function may give the %s', async (_, answer) => {
    const refresh = vi.fn(async () => answer());
    const auth = await adasTab(server, { refresh });
    expect(await auth.refresh()).toMatchObject(TAKEN);
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(server.refreshCalls).toBe(0);
  });

  it('errors speak of it as the refresh function', async () => {
    const auth = await adasTab(server, { refresh: async () => new Response('', { status: 500 }) });
    expect(await failureOf(auth.refresh())).toMatchObject({
      message: expect.stringMatching(/^The refresh function can't refresh just now: it answered 500/),
    });
  });

  it('a strategy object works the same, with the client’s fetch', async () => {
    const send = vi.fn(async () => Response.json(nextToken()));
    const auth = await adasTab(server, {
      refresh: { url: '/token', request: ({ fetch }) => fetch('/token') },
      fetch: send,
    });
    expect(await auth.refresh()).toMatchObject(TAKEN);
    expect(send).toHaveBeenCalledExactlyOnceWith('/token', undefined);
  });

  const thrown = (response: object) => async () => {
    throw Object.assign(new Error('HTTPError'), { response });
  };

  it.each<[string, () => Promise<Response>]>([
    ['gives a 401', async () => Response.json({}, { status: 401 })],
    ['throws an error with a Response of 401, as ky does', thrown(new Response('{}', { status: 401 }))],
    ['throws an error with a response of 400, as axios does', thrown({ status: 400, statusText: 'No', headers: {} })],
  ])('the session is over where a refresh function %s', async (_, refresh) => {
    const auth = await adasTab(server, { refresh });
    expect(await failureOf(auth.refresh())).toBeInstanceOf(SessionExpiredError);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('the session is kept where the thrown response is an HTML 403', async () => {
    const response = new Response('<html>', { status: 403, headers: { 'Content-Type': 'text/html' } });
    const auth = await adasTab(server, { refresh: thrown(response) });
    expect(await failureOf(auth.refresh())).toBeInstanceOf(RefreshUnavailableError);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('a refresh function that throws a 503 is called again in time', async () => {
    const refresh = vi.fn(async () => nextToken());
    refresh.mockImplementationOnce(thrown(busy('5', 503)));
    const auth = await adasTab(server, { refresh });
    const refreshed = auth.refresh();
    await pass(4_999);
    expect(refresh).toHaveBeenCalledTimes(1);
    await pass(1);
    expect(await refreshed).toMatchObject(TAKEN);
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it.each<[string, (error: Error) => never]>([
    ['rejects', (error) => Promise.reject(error) as never],
    [
      'throws at once',
      (error) => {
        throw error;
      },
    ],
  ])('the session is kept, and the error’s name told, where a refresh function %s', async (_, refresh) => {
    for (const error of [new TypeError('Failed to fetch'), new DOMException('Timed out.', 'TimeoutError')]) {
      const auth = await adasTab(server, { refresh: () => refresh(error) });
      const failed = (await failureOf(auth.refresh())) as Error;
      expect(failed).toMatchObject({
        code: 'refresh-unavailable',
        message: expect.stringContaining(`the request failed (${error.name})`),
      });
      expect(failed.cause).toBeUndefined();
      expect(auth.getState().status).toBe('signed-in');
    }
  });

  it.each<[string, () => unknown]>([
    ['gives nothing', () => undefined],
    ['gives null', () => null],
    ['gives the bare token', () => 'secret-token'],
    ['gives a number', () => 42],
    ['gives an axios response', () => ({ status: 200, headers: {}, data: { access_token: 'secret-token' } })],
    [
      'gives a Response whose body has been read',
      async () => {
        const response = Response.json({ access_token: 'secret-token' });
        await response.text();
        return response;
      },
    ],
    ['throws nothing', () => Promise.reject(undefined)],
    ['throws a string', () => Promise.reject('offline')],
    ['throws an error whose name is no string', () => Promise.reject({ name: Symbol('offline') })],
    ['throws an error whose response has no status', () => thrown({ status: 0 })()],
    ['throws an error whose response has no HTTP status', () => thrown({ status: 999, headers: {} })()],
    ['throws an error whose response has no known headers', () => thrown({ status: 500, headers: 'none' })()],
  ])('the session is kept, and nothing quoted, where a refresh function %s', async (_, junk) => {
    const refresh = vi.fn(async () => (await junk()) as object);
    const auth = await adasTab(server, { refresh });
    show('hidden');
    const events = record(auth);
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(error).toMatchObject({ retryAfter: expect.any(Number) });
    expect(events).toEqual([{ name: 'refresh-failed', detail: { error } }]);
    expect(tracesOf('secret', error)).toEqual([]);
    expect(auth.getState().status).toBe('signed-in');
    await pass(MINUTE, 1_000);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('a parser’s error, which quotes the answer, is no cause', async () => {
    const auth = await adasTab(server, { refresh: async () => new Response('{"access_token":secret-token}').json() });
    const error = await failureOf(auth.refresh());
    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(tracesOf(/secret|token":/, error)).toEqual([]);
  });

  it('no caller’s abort reaches the signal of a refresh function', async () => {
    const released = gate();
    const refresh = vi.fn(async (_: { signal: AbortSignal }) => {
      await released.opened;
      return server.signIn('ada');
    });
    const auth = await adasTab(server, { refresh });
    server.expireAccessTokens();
    const leave = new AbortController();
    const orders = failureOf(auth.fetch(`${API}/orders`, { signal: leave.signal }));
    await until(() => refresh.mock.calls.length > 0);
    leave.abort();
    await orders;
    expect(refresh.mock.calls[0]?.[0].signal.aborted).toBe(false);
    released.open();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});
