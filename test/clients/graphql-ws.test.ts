/** docs/clients/graphql-ws.md, run as it stands there: each connection has a good token, and one that is refused costs one refresh. */

import type { ExecutionResult, Sink } from 'graphql-ws';
import { ws } from 'msw';
import { isAuthError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../given/ada.ts';
import { clientRecipe } from '../given/any-client.ts';
import { outliveToken } from '../given/expired-token.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { network } from '../world/network.ts';
import { until } from '../world/waiting.ts';

interface Page {
  subscribe(payload: { query: string }, sink: Sink<ExecutionResult>): () => void;
}

/** A server that looks at the token of each connection, and answers a subscription with whose it is. */
function startSocketServer() {
  const open: { close(code: number, reason: string): void }[] = [];
  const link = ws.link('wss://app.example.com/graphql');
  const socketServer = {
    connections: 0,
    refuses: 4401,
    /** Closes what is open. */
    closeAll: (code: number) => {
      for (const each of open.splice(0)) each.close(code, 'Unauthorized');
    },
  };
  network.use(
    link.addEventListener('connection', ({ client }) => {
      socketServer.connections++;
      open.push(client);
      let whose: unknown;
      client.addEventListener('message', async ({ data }) => {
        const { type, id, payload } = JSON.parse(String(data));
        if (type === 'connection_init') {
          // The API judges the token.
          const answer = await fetch('https://app.test/api/me', { headers: { authorization: payload.authorization } });
          if (!answer.ok) return client.close(socketServer.refuses, 'Unauthorized');
          whose = await answer.json();
          client.send(JSON.stringify({ type: 'connection_ack' }));
        }
        if (type === 'subscribe') client.send(JSON.stringify({ type: 'next', id, payload: { data: whose } }));
      });
    }),
  );
  return socketServer;
}

async function adasSubscription() {
  const { server, auth } = await signedIn();
  const sockets = startSocketServer();
  const { subscribe } = await clientRecipe<Page>('graphql-ws', 'connectionParams', auth);
  const seen: unknown[] = [];
  const begin = () =>
    subscribe(
      { query: 'subscription { news }' },
      {
        next: ({ data }) => seen.push(data),
        error: (error) => seen.push(error),
        complete: () => seen.push('complete'),
      },
    );
  return { server, auth, sockets, seen, begin };
}

describe('graphql-ws', () => {
  it('a connection after an expiry has a new token, and is not refused', async () => {
    const { server, sockets, seen, begin } = await adasSubscription();
    outliveToken();
    const stop = begin();
    await until(() => seen.length, 'news come');
    expect(seen).toEqual([{ user: 'ada', generation: 2 }]);
    expect([server.refreshCalls, sockets.connections]).toEqual([1, 1]);
    stop();
  });

  it('twenty subscriptions whose connection is refused with 4401 cost one refresh', async () => {
    const { server, sockets, seen, begin } = await adasSubscription();
    server.expireAccessTokens();
    const stops = Array.from({ length: 20 }, begin);
    await until(() => seen.length === 20, 'all have news');
    expect(seen).toEqual(Array(20).fill({ user: 'ada', generation: 2 }));
    expect([server.refreshCalls, server.reuseAlarms, sockets.connections]).toEqual([1, 0, 2]);
    for (const stop of stops) stop();
  });

  it('a connection that is refused with 4403 is tried again by graphql-ws itself, with a new token', async () => {
    const { server, sockets, seen, begin } = await adasSubscription();
    sockets.refuses = 4403;
    server.expireAccessTokens();
    stopClocks();
    const stop = begin();
    await until(() => server.apiRequests.length, 'it is refused');
    // It waits a little longer each time, and how long is random.
    for (let seconds = 0; seconds < 30 && !seen.length; seconds++) await pass(1_000);
    expect(seen).toEqual([{ user: 'ada', generation: 2 }]);
    expect([server.refreshCalls, sockets.connections]).toEqual([1, 2]);
    stop();
  });

  it('a connection that the server closes with 4401 goes on with a new token', async () => {
    const { server, sockets, seen, begin } = await adasSubscription();
    const stop = begin();
    await until(() => seen.length, 'news come');
    server.expireAccessTokens();
    sockets.closeAll(4401);
    await until(() => seen.length === 2, 'more news come');
    expect(seen).toEqual([
      { user: 'ada', generation: 1 },
      { user: 'ada', generation: 2 },
    ]);
    expect([server.refreshCalls, sockets.connections]).toEqual([1, 2]);
    stop();
  });

  it('a token that is refused after the refresh as well ends the subscription', async () => {
    const { server, sockets, seen, begin } = await adasSubscription();
    server.answerApi = () => new Response(null, { status: 401 });
    begin();
    await until(() => seen.length, 'it ends');
    expect(seen).toEqual([expect.objectContaining({ code: 4401 })]);
    expect([server.refreshCalls, sockets.connections]).toEqual([1, 2]);
  });

  it('an error of ours reaches the sink', async () => {
    const { server, seen, begin } = await adasSubscription();
    server.answerRefresh = () => Response.json({}, { status: 500 });
    server.expireAccessTokens();
    begin();
    await until(() => seen.length, 'it ends');
    expect(isAuthError(seen[0]) && seen[0].code).toBe('refresh-unavailable');
  });

  it('the end of the session ends the subscription', async () => {
    const { server, auth, seen, begin } = await adasSubscription();
    server.revoke('ada');
    server.expireAccessTokens();
    begin();
    await until(() => seen.length, 'it ends');
    expect(seen).toEqual(['complete']);
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' });
  });

  it('the subscriptions of a user who leaves complete, and the next ones are the next user’s', async () => {
    const { server, auth, seen, begin } = await adasSubscription();
    begin();
    await until(() => seen.length, 'news come');
    await auth.signIn(server.login('bob'));
    await until(() => seen.length === 2, 'it completes');
    const stop = begin();
    await until(() => seen.length === 3, 'news come');
    expect(seen).toEqual([{ user: 'ada', generation: 1 }, 'complete', { user: 'bob', generation: 1 }]);
    stop();
  });
});
