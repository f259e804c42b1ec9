/** P7: a sign-in that failed may have changed the cookie all the same, and opaque tokens don’t say whose they are. */

import type { AuthClient, TokenResponse } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { usersOf } from '../../given/received.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  server.opaque = true;
  // Nobody's token is refreshed before somebody asks.
  show('hidden');
});

async function failToSignIn(auth: AuthClient, request: () => Promise<TokenResponse>): Promise<void> {
  const signingIn = auth.signIn(request);
  signingIn.catch(() => {});
  await expect(passUntil(signingIn, 1_000)).rejects.toBeInstanceOf(Error);
  // Word of a session is there for a second.
  await pass(1_000);
}

/** Bob's login is answered when the gate opens, long after it was given up. */
async function giveUpBobsLogin(auth: AuthClient) {
  const late = gate();
  await failToSignIn(auth, async () => {
    await late.opened;
    return server.signIn('bob');
  });
  return late;
}

/** Bob's login, whose cookie lands, though its answer doesn't. */
const unclear: [string, () => Promise<TokenResponse>][] = [
  [
    'whose answer was lost',
    async () => {
      server.signIn('bob');
      throw new TypeError('Failed to fetch');
    },
  ],
  [
    'whose answer held no token',
    async () => {
      server.signIn('bob');
      return Response.json({ welcome: 'bob' });
    },
  ],
  [
    'that met a 500',
    async () => {
      server.signIn('bob');
      return new Response('', { status: 500 });
    },
  ],
  [
    'that never ended',
    () => {
      server.signIn('bob');
      return new Promise(() => {});
    },
  ],
];

describe.each(unclear)('after a sign-in %s (P7)', (_, request) => {
  it.each(['this tab', 'another tab'] as const)(
    'Ada’s request in %s isn’t sent as whoever has the cookie',
    async (where) => {
      const [here, there] = await adasTwoTabs(server);
      await failToSignIn(here, request);
      outliveToken();
      const seen = [record(here), record(there)];
      const tab = where === 'this tab' ? here : there;
      const order = failureOf(tab.fetch(`${API}/orders`, { method: 'POST', body: 'Ada’s' }));

      expect(await order).toMatchObject({ code: 'session-changed', retryable: false });
      expect(server.apiRequests).toEqual([]);
      await until(() => seen.every((events) => events.length > 0), 'each tab has heard of it');
      for (const events of seen) expect(events.map(({ name }) => name)).toEqual(['user-changed']);
      expect((await tab.fetch(`${API}/orders`)).status).toBe(200);
      expect(usersOf(server)).toEqual(['bob']);
    },
  );

  it('after a failed sign-in only the next token is another user’s', async () => {
    const [here] = await adasTwoTabs(server);
    await failToSignIn(here, request);
    outliveToken();
    await here.refresh().catch(() => {});
    const seen = record(here);
    outliveToken();
    await here.refresh();

    expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });

  it('a sign-in after a failed one is one change of user', async () => {
    const [here] = await adasTwoTabs(server);
    await failToSignIn(here, request);
    const seen = record(here);
    await here.signIn(server.login('bob'));
    outliveToken();
    await here.refresh();

    expect(seen.map(({ name }) => name)).toEqual(['user-changed', 'refreshed']);
  });
});

it('a login that was given up, and is answered later, brings doubt about the user then', async () => {
  const [here] = await adasTwoTabs(server);
  const late = await giveUpBobsLogin(here);
  // Ada's own cookie is still there. Her next token ends the first doubt.
  outliveToken();
  await reasonOf(here.refresh());
  expect((await here.fetch(`${API}/orders`)).status).toBe(200);
  expect(usersOf(server)).toEqual(['ada']);
  late.open();
  await rest();
  outliveToken();

  expect(await reasonOf(here.fetch(`${API}/orders`, { method: 'POST', body: 'Ada’s' }))).toMatchObject({
    code: 'session-changed',
  });
  expect(usersOf(server)).toEqual(['ada']);
});

it('a login that is answered while a refresh is under way brings doubt about the token after that', async () => {
  const [here] = await adasTwoTabs(server);
  const late = await giveUpBobsLogin(here);
  // A server that doesn't rotate: its answer leaves the cookie as it is.
  const [asked, answered] = [gate(), gate()];
  server.answerRefresh = async () => {
    const adas = server.signIn('ada');
    asked.open();
    await answered.opened;
    return Response.json(adas);
  };
  const refreshing = reasonOf(here.refresh());
  await asked.opened;
  late.open();
  await rest();
  answered.open();
  await refreshing;
  server.answerRefresh = undefined;
  expect((await here.fetch(`${API}/orders`)).status).toBe(200);
  outliveToken();

  expect(await failureOf(here.fetch(`${API}/orders`))).toMatchObject({ code: 'session-changed' });
  expect(usersOf(server)).toEqual(['ada']);
});

it('a login that was given up, and fails later, brings doubt about the user then', async () => {
  const [here] = await adasTwoTabs(server);
  const late = gate();
  await failToSignIn(here, async () => {
    await late.opened;
    server.signIn('bob');
    throw new TypeError('terminated');
  });
  outliveToken();
  await reasonOf(here.refresh());
  late.open();
  await rest();
  outliveToken();

  expect(await failureOf(here.fetch(`${API}/orders`))).toMatchObject({ code: 'session-changed' });
  expect(server.apiRequests).toEqual([]);
});

/** Answers that are no tokens, and no refusal either: the cookie may have come with them, or on the way to them. */
const noRefusal: [string, () => Response][] = [
  // As a browser shows a redirect that isn't followed: its status is 0.
  ['by a redirect', () => Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })],
  [
    'by a 404 after a redirect',
    () => Object.defineProperty(new Response('', { status: 404 }), 'redirected', { value: true }),
  ],
  ['by a 304', () => new Response(null, { status: 304 })],
  ['by a 429', () => new Response('', { status: 429 })],
  ['by a 500', () => new Response('', { status: 500 })],
  ['without a token', () => Response.json({ welcome: 'bob' })],
];

describe.each(['signIn()', 'setSession()'])('a login that is answered with no tokens, and %s', (method) => {
  it.each(noRefusal)('answered %s, it brings doubt about the user', async (_, answer) => {
    const [here] = await adasTwoTabs(server);
    server.signIn('bob');
    if (method === 'signIn()') await failToSignIn(here, async () => answer());
    else await passUntil(failureOf(here.setSession(answer())), 1_000);
    outliveToken();

    expect(await failureOf(here.fetch(`${API}/orders`))).toMatchObject({ code: 'session-changed' });
    expect(server.apiRequests).toEqual([]);
  });

  it('answered by a 401, it brings none', async () => {
    const [here] = await adasTwoTabs(server);
    const refusal = new Response('', { status: 401 });
    if (method === 'signIn()') await failToSignIn(here, async () => refusal);
    else await failureOf(here.setSession(refusal));
    outliveToken();

    expect((await here.fetch(`${API}/orders`)).status).toBe(200);
  });
});

describe('after a sign-in that the server has refused', () => {
  it.each([400, 401, 403, 422])('a refusal with a %i makes nobody another user', async (status) => {
    const [here, there] = await adasTwoTabs(server);
    await failToSignIn(here, async () => Response.json({ error: 'invalid_grant' }, { status }));
    outliveToken();
    const seen = [record(here), record(there)];

    expect((await here.fetch(`${API}/orders`)).status).toBe(200);
    await until(() => seen.every((events) => events.length > 0), 'each tab has the new token');
    for (const events of seen) expect(events.map(({ name }) => name)).toEqual(['refreshed']);
    expect(usersOf(server)).toEqual(['ada']);
  });
});

describe('a failed sign-in where tokens say whose they are', () => {
  beforeEach(() => {
    server.opaque = false;
  });

  it('a failed sign-in changes nothing where the token names the same user', async () => {
    const [here, there] = await adasTwoTabs(server);
    await failToSignIn(here, () => Promise.reject(new TypeError('Failed to fetch')));
    outliveToken();
    const seen = record(there);

    expect((await there.fetch(`${API}/orders`)).status).toBe(200);
    await rest();
    expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });

  it('a failed sign-in is another user’s where the token says so', async () => {
    const [here] = await adasTwoTabs(server);
    await failToSignIn(here, unclear[0]?.[1] as () => Promise<TokenResponse>);
    outliveToken();

    expect(await failureOf(here.fetch(`${API}/orders`))).toMatchObject({ code: 'session-changed' });
    expect(here.getState()).toMatchObject({ subject: 'bob' });
    expect(server.apiRequests).toEqual([]);
  });
});

it('a client disposed of during a login puts the user in doubt', async () => {
  server.opaque = true;
  const [disposed, other] = await adasTwoTabs(server);
  const slow = gate();
  const login = reasonOf(
    disposed.signIn(async () => {
      const answer = server.signIn('bob');
      await slow.opened;
      return answer;
    }),
  );
  await rest();
  disposed.dispose();
  slow.open();
  await login;
  await rest();
  server.expireAccessTokens();

  const failure = reasonOf(other.fetch(`${API}/pay`, { method: 'POST', body: 'as Ada' }));

  expect(await passUntil(failure, 10)).toMatchObject({ code: 'session-changed' });
  expect(server.apiRequests.map(({ user }) => user)).not.toContain('bob');
});
