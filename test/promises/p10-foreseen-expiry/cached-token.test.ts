/** P10 with a backend that hands out its cached access token until that expires: today's token again is no failure. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { API, type AuthServer, jwt, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { openTab, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

const LIFETIME = 60;
let server: AuthServer;
/** What the backend hands out, and until when. */
let cached: { value: string; expiresAt: number };
let kind: 'opaque' | 'JWT';
let serial = 0;

/** The backend's own answer: a new token only where the cached one has expired. */
function answer(): object {
  const now = Date.now();
  if (now >= cached.expiresAt) {
    const iat = Math.floor(now / 1_000);
    const value =
      kind === 'JWT' ? jwt({ sub: 'ada', iat, exp: iat + LIFETIME, jti: `${++serial}` }) : `opaque-${++serial}`;
    cached = { value, expiresAt: now + LIFETIME * 1_000 };
  }
  return { access_token: cached.value, expires_in: Math.floor((cached.expiresAt - now) / 1_000) };
}

beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  cached = { value: '', expiresAt: 0 };
  kind = 'JWT';
  server.answerRefresh = () => Response.json(answer());
  server.answerApi = ({ headers }) => {
    const isGood = headers.get('authorization') === `Bearer ${cached.value}` && Date.now() < cached.expiresAt;
    return Response.json({}, { status: isGood ? 200 : 401 });
  };
});

async function signInByBackend(...tabs: AuthClient[]): Promise<void> {
  const [first] = tabs as [AuthClient];
  await passUntil(first.setSession(answer()), 10);
  await signedInEverywhere(...tabs);
}

describe.each(['opaque', 'JWT'] as const)('a backend that caches its %s token', (which) => {
  beforeEach(() => {
    kind = which;
  });

  it('the cached token again is no event, no failure and no wait', async () => {
    const auth = openTab();
    await signInByBackend(auth);
    const seen = record(auth);
    const state = auth.getState();
    for (let second = 1; second < LIFETIME; second++) {
      await pass(1_000);
      const request = auth.fetch(`${API}/orders`);
      expect(await standing(request)).toBe('fulfilled');
      expect((await request).status).toBe(200);
    }

    expect(seen).toEqual([]);
    expect(auth.getState()).toBe(state);
    // The one ahead of expiry.
    expect(server.refreshCalls).toBe(1);
  });

  it('the cached token again is a success: the next failure is a first one', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    show('hidden');
    const auth = openTab();
    await signInByBackend(auth);
    const works = server.answerRefresh;
    const fail = () => {
      server.answerRefresh = () => new Response('', { status: 500 });
      return passUntil(failureOf(auth.refresh()));
    };
    expect(await fail()).toMatchObject({ retryAfter: 2_000 });
    server.answerRefresh = works;
    await passUntil(auth.refresh());

    expect(await fail()).toMatchObject({ retryAfter: 2_000 });
  });

  it('the backend is asked again at the expiry, and nobody waits', async () => {
    const auth = openTab();
    await signInByBackend(auth);
    const seen = record(auth);
    await pass((LIFETIME - 1) * 1_000, 1_000);
    expect(server.refreshCalls).toBe(1);
    await pass(2_000, 100);
    const request = auth.fetch(`${API}/orders`);
    expect(await standing(request)).toBe('fulfilled');

    expect((await request).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
    expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });

  it('the backend is asked once before the expiry, by however many tabs', async () => {
    const [here, there] = openTwoTabs();
    await signInByBackend(here, there);
    const seen = [record(here), record(there)];
    await pass((LIFETIME - 1) * 1_000, 500);
    expect(server.refreshCalls).toBe(1);
    expect(seen).toEqual([[], []]);
    await pass(2_000, 100);

    expect(server.refreshCalls).toBe(2);
    await until(() => seen.every((events) => events.length === 1), 'each tab has the new token');
  });

  it('callers who want a token that lasts longer cost one refresh', async () => {
    const auth = openTab();
    await signInByBackend(auth);
    show('hidden');
    await pass(45_000);
    for (let call = 0; call < 10; call++) {
      const token = auth.getAccessToken({ minValidity: 30_000 });
      expect(await standing(token)).toBe('fulfilled');
      expect(await token).toBe(cached.value);
    }

    expect(server.refreshCalls).toBe(1);
  });

  it('refresh() resolves with the cached token, in its last second too', async () => {
    const auth = openTab();
    await signInByBackend(auth);
    show('hidden');
    const seen = record(auth);
    await pass((LIFETIME - 0.5) * 1_000);

    expect(await auth.refresh()).toMatchObject({ status: 'signed-in' });
    expect(seen).toEqual([]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a 401 costs one refresh, and is the answer', async () => {
    const auth = openTab();
    await signInByBackend(auth);
    const seen = record(auth);
    server.answerApi = () => Response.json({}, { status: 401 });
    expect((await auth.fetch(`${API}/orders`)).status).toBe(401);

    expect(server.refreshCalls).toBe(1);
    const names = seen.map(({ name }) => name);
    expect(names).not.toContain('refresh-failed');
    expect(names).not.toContain('refreshed');
  });
});

it('an expired token again is a failure, and nobody uses it', async () => {
  const auth = openTab();
  await signInByBackend(auth);
  show('hidden');
  const { value } = cached;
  // A loop would never let the test go on: it ends with the fifth call.
  const expired = async () => Response.json({ access_token: value, expires_in: 0 });
  server.answerRefresh = () => (server.refreshCalls < 5 ? expired() : new Promise(() => {}));
  await pass(LIFETIME * 1_000);
  const failure = failureOf(auth.fetch(`${API}/orders`));
  await rest();
  expect(server.refreshCalls).toBe(1);

  expect(await failure).toMatchObject({ code: 'refresh-unavailable' });
  expect(server.apiRequests).toEqual([]);
});

it('the same token with its whole life before it is a new one, in every tab', async () => {
  const [here, there] = openTwoTabs();
  kind = 'opaque';
  await signInByBackend(here, there);
  show('hidden');
  const seen = [record(here), record(there)];
  // A server that makes it last longer with each use.
  server.answerRefresh = () => Response.json({ access_token: cached.value, expires_in: LIFETIME });
  await pass(20_000);
  await here.refresh();
  await rest();

  const expiresAt = Date.now() + LIFETIME * 1_000;
  for (const tab of [here, there]) expect(tab.getState()).toMatchObject({ status: 'signed-in', expiresAt });
  expect(seen.map((events) => events.map(({ name }) => name))).toEqual([['refreshed'], ['refreshed']]);
});

it('the same opaque token with a longer life is used for longer', async () => {
  kind = 'opaque';
  const auth = openTab();
  await signInByBackend(auth);
  const { value } = cached;
  server.answerRefresh = () => Response.json({ access_token: value, expires_in: 3_600 });
  await auth.refresh();
  await pass(10 * 60_000, 10_000);

  expect(server.refreshCalls).toBe(1);
  expect(await auth.getAccessToken()).toBe(value);
});

it('a JWT that comes again is not good for longer than before, whatever its answer leaves out', async () => {
  const auth = openTab();
  await passUntil(auth.setSession(answer()), 10);
  const { expiresAt } = auth.getState() as { expiresAt: number };
  server.answerRefresh = () => Response.json({ access_token: (answer() as { access_token: string }).access_token });
  await pass(47_000, 1_000);
  await passUntil(
    until(() => server.refreshCalls === 1),
    50,
  );
  await rest();

  expect(auth.getState()).toMatchObject({ expiresAt });
});
