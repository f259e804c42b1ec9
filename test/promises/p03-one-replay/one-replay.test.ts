/** P3: one replay, and only after a received 401; a second 401 is the caller’s answer. */

import { HttpResponse } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { adasTab, expired, signedIn } from '../../given/ada.ts';
import { statusesOf } from '../../given/received.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab, record } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

describe('one replay, then the caller’s answer', () => {
  it('a second 401 is the caller’s answer, and no loop', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => refusal();

    const response = await auth.fetch(`${API}/orders`);

    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'refused' });
    expect(server.apiRequests).toHaveLength(2);
    expect(server.refreshCalls).toBe(1);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('an address that refuses every token costs one refresh for a while', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = (request) => (request.url.endsWith('/bad') ? refusal() : undefined);

    for (const _ of times(5, String)) expect((await auth.fetch(`${API}/bad`)).status).toBe(401);
    expect(server.refreshCalls).toBe(1);

    server.expireAccessTokens();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
  });

  it('an API that refuses every token costs three refreshes for a while', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => refusal();

    for (const path of times(20, String)) expect((await auth.fetch(`${API}/${path}`)).status).toBe(401);

    expect(server.refreshCalls).toBe(3);
    expect(server.apiRequests).toHaveLength(23);
  });

  it('50 requests that are all refused share one refresh', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => refusal();

    const responses = await Promise.all(times(50, () => auth.fetch(`${API}/orders`)));

    expect(responses.every(({ status }) => status === 401)).toBe(true);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(100);
  });

  it('an API that has recovered gets its refresh again in time', async () => {
    stopClocks();
    const server = startAuthServer();
    server.lifetime = 3_600;
    const auth = await adasTab(server);
    server.answerApi = () => refusal();
    await auth.fetch(`${API}/orders`);
    server.answerApi = undefined;
    server.expireAccessTokens();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(401);
    expect(server.refreshCalls).toBe(1);

    await pass(30_000);

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
  });

  it.for([200, 403, 404, 500])('a replay’s answer is the caller’s, whatever it is: %i', async (status) => {
    const { server, auth } = await expired();
    server.answerApi = (request) => (server.apiRequests.length ? new Response(request.method, { status }) : undefined);

    const response = await auth.fetch(`${API}/orders`, { method: 'PUT' });

    expect([response.status, await response.text()]).toEqual([status, 'PUT']);
    expect(statusesOf(server)).toEqual([401, status]);
  });
});

describe('only a received 401 is replayed', () => {
  it('the body of a replayed 401 is let go unread', async () => {
    const server = startAuthServer();
    const cancel = vi.fn();
    const answers = [new Response(new ReadableStream({ cancel }), { status: 401 }), new Response('here')];
    const auth = openTab({
      fetch: async (input, init) =>
        String(input).startsWith(API) ? (answers.shift() ?? Response.error()) : fetch(input, init),
    });
    await auth.setSession(server.signIn('ada'));

    expect(await (await auth.fetch(`${API}/orders`)).text()).toBe('here');

    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it('a network error, or a 401 without CORS headers, isn’t replayed', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => HttpResponse.error();

    await expect(auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' })).rejects.toThrow(TypeError);

    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
  });

  it.for([500, 502, 503, 504, 429, 408])('a %i is not replayed', async (status) => {
    const { server, auth } = await signedIn();
    server.answerApi = () => new Response('sick', { status });

    const response = await auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' });

    expect([response.status, await response.text()]).toEqual([status, 'sick']);
    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
  });

  it('a request that timed out is not replayed after its late 401', async () => {
    const { server, auth } = await expired();
    const held = server.holdApi();
    const patience = new AbortController();
    const request = auth.fetch(`${API}/orders`, { method: 'POST', body: 'one', signal: patience.signal });
    await held.arrived;
    const timeout = new DOMException('too slow', 'TimeoutError');
    patience.abort(timeout);

    await expect(request).rejects.toBe(timeout);
    held.release();
    await until(() => server.apiRequests.length === 1);
    await rest();

    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
  });

  it('a replay that meets a network error isn’t sent again', async () => {
    const { server, auth } = await expired();
    server.answerApi = () => (server.apiRequests.length ? HttpResponse.error() : undefined);

    await expect(auth.fetch(`${API}/orders`)).rejects.toThrow(TypeError);

    expect(server.apiRequests).toHaveLength(2);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('the replayed event', () => {
  it('the replayed event names method, address and status, without a token', async () => {
    const { server, auth } = await expired();
    const events = record(auth);
    server.answerApi = () => (server.apiRequests.length ? new Response('', { status: 404 }) : undefined);

    await auth.fetch(`${API}/orders/7?token=secret#part`, { method: 'delete' });

    expect(events).toEqual([
      { name: 'refreshed', detail: { by: 'this-tab' } },
      { name: 'replayed', detail: { method: 'DELETE', url: `${API}/orders/7`, status: 404 } },
    ]);
  });

  it('the replayed event fires for late 401s, and only for replays', async () => {
    const { server, auth } = await expired();
    const held = server.holdApi();
    const late = auth.fetch(`${API}/late`);
    await held.arrived;
    await auth.refresh();
    held.release();
    const replayed = vi.fn();
    auth.on('replayed', replayed);
    await late;
    await auth.fetch(`${API}/orders`);

    expect(replayed.mock.calls).toEqual([[{ method: 'GET', url: `${API}/late`, status: 200 }]]);
  });

  it('a replay that is held up keeps only its own caller waiting', async () => {
    const { server, auth } = await expired();
    const slow = gate();
    server.answerApi = async () => {
      if (server.apiRequests.length === 1) await slow.opened;
      return undefined;
    };
    const first = auth.fetch(`${API}/orders`);
    await until(() => server.refreshCalls);
    expect(await standing(first)).toBe('pending');

    server.answerApi = undefined;
    expect((await auth.fetch(`${API}/other`)).status).toBe(200);
    slow.open();
    expect((await first).status).toBe(200);
  });
});

describe('a 401 that is not handed out', () => {
  it('a 401’s body is let go where the refresh fails', async () => {
    const server = startAuthServer();
    let cancelled = 0;
    const auth = openTab({
      fetch: async (input, init) =>
        String(input).startsWith(API)
          ? new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 401 })
          : fetch(input, init),
    });
    await auth.signIn(server.login('ada'));
    server.revoke('ada');

    await expect(auth.fetch(`${API}/orders`)).rejects.toMatchObject({ code: 'session-expired' });
    expect(cancelled).toBe(1);
  });

  describe('of a `keepalive` request, whose bytes Chromium counts until then', () => {
    /** Its first answer is a 401, whose body ends when the test says so. */
    async function refusedSlowly() {
      stopClocks();
      const server = startAuthServer();
      const ended = gate();
      let calls = 0;
      const body = () =>
        new ReadableStream({ start: (stream) => void ended.opened.then(() => stream.close()), cancel: ended.open });
      const auth = openTab({
        fetch: async (input, init) => {
          if (!String(input).startsWith(API)) return fetch(input, init);
          return ++calls === 1 ? new Response(body(), { status: 401 }) : new Response('{}');
        },
      });
      await auth.signIn(server.login('ada'));
      const left = new AbortController();
      const init: RequestInit = { method: 'POST', body: 'x', keepalive: true, signal: left.signal };
      const answer = auth.fetch(`${API}/orders`, init).catch((error: Error) => error);
      await until(() => server.refreshCalls);
      await rest();
      return { answer, ended, left, calls: () => calls };
    }

    it('is read to its end before the replay is sent', async () => {
      const { answer, ended, calls } = await refusedSlowly();
      expect(calls()).toBe(1);
      ended.open();
      expect(await answer).toMatchObject({ status: 200 });
      expect(calls()).toBe(2);
    });

    it('is waited for as long as callers wait', async () => {
      const { answer, calls } = await refusedSlowly();
      await pass(9_999);
      expect(calls()).toBe(1);
      await pass(1);
      expect(await answer).toMatchObject({ status: 200 });
    });

    it('holds up no caller who has given up', async () => {
      const { answer, left, calls } = await refusedSlowly();
      left.abort();
      expect(await answer).toMatchObject({ name: 'AbortError' });
      expect(calls()).toBe(1);
    });
  });
});
