/** `createTestAuth()`: whose its requests are, what they bear, and what they are rejected with. */

import {
  type AuthErrorCode,
  BodyNotReplayableError,
  isAuthError,
  SessionChangedError,
  SessionExpiredError,
} from 'silent-refresh';
import { createKy } from 'silent-refresh/ky';
import { createTestAuth } from 'silent-refresh/testing';
import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { PAGE_URL, withoutPage } from '../../world/page.ts';
import { standing } from '../../world/waiting.ts';

const CODES: AuthErrorCode[] = [
  ...(['session-expired', 'signed-out', 'session-changed', 'refresh-unavailable'] as const),
  ...(['body-not-replayable', 'sign-in-failed', 'configuration'] as const),
];

/** Keeps what has been sent. */
function handler() {
  const sent: Request[] = [];
  const users: (string | undefined)[] = [];
  const fetch = vi.fn((request: Request, user: string | undefined) => {
    sent.push(request);
    users.push(user);
    return Response.json({ url: request.url });
  });
  return { sent, users, fetch };
}

const bearers = (sent: Request[]) => sent.map(({ headers }) => headers.get('authorization'));

describe('requests', () => {
  it('go to the handler, with a token that says whose they are', async () => {
    const { sent, fetch } = handler();
    const auth = createTestAuth({ user: 'ada', claims: { role: 'admin' }, fetch });

    const response = await auth.fetch('/api/orders?page=2', { method: 'POST', body: 'one', headers: { 'X-A': 'b' } });

    expect(await response.json()).toEqual({ url: `${PAGE_URL}api/orders?page=2` });
    const [request] = sent;
    expect([request?.method, request?.headers.get('x-a'), await request?.text()]).toEqual(['POST', 'b', 'one']);
    const [, payload = ''] = bearers(sent)[0]?.split('.') ?? [];
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ sub: 'ada', role: 'admin' });
    expect(bearers(sent)[0]).toBe(`Bearer ${await auth.getAccessToken()}`);
  });

  it('are sent in the same tick', () => {
    const { fetch } = handler();
    void createTestAuth({ user: 'ada', fetch }).fetch('/api/orders');
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('bear no token when nobody is signed in, nor where they have an Authorization of their own', async () => {
    const { sent, users, fetch } = handler();
    const auth = createTestAuth({ fetch });
    await auth.fetch('/api/orders');
    auth.signInAs('ada');
    await auth.fetch('/api/orders', { headers: { Authorization: 'Basic YQ==' } });
    await auth.fetch(new Request('https://elsewhere.test/', { headers: { 'X-A': 'b' } }));

    expect(bearers(sent)).toEqual([null, 'Basic YQ==', expect.stringMatching(/^Bearer /)]);
    expect(users).toEqual([undefined, undefined, 'ada']);
  });

  it('go to the global fetch by default', async () => {
    const server = startAuthServer();
    await createTestAuth({ user: 'ada' }).fetch(`${API}/orders`);
    expect(server.apiRequests).toMatchObject([{ authorization: expect.stringMatching(/^Bearer ey/) }]);
  });

  it('a 401 comes back as it is', async () => {
    const fetch = vi.fn(() => new Response(null, { status: 401 }));
    const auth = createTestAuth({ user: 'ada', fetch });
    expect((await auth.fetch('/api/orders')).status).toBe(401);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('relative URLs work where there is no page', async () => {
    const { sent, fetch } = handler();
    await withoutPage(() => createTestAuth({ user: 'ada', fetch }).fetch('/api/orders'));
    expect(sent.map(({ url }) => url)).toEqual(['http://localhost/api/orders']);
  });
});

describe('a request that waits', () => {
  it('goes on as the user whom the restore finds', async () => {
    const { sent, fetch } = handler();
    const auth = createTestAuth({ state: 'restoring', fetch });
    const waiting = [auth.fetch('/api/orders'), auth.getAccessToken()];
    expect(await standing(Promise.race(waiting))).toBe('pending');
    auth.signInAs('ada');

    expect(await waiting[1]).toMatch(/^ey/);
    expect(((await waiting[0]) as Response).ok).toBe(true);
    expect(bearers(sent)).toEqual([`Bearer ${await auth.getAccessToken()}`]);
  });

  it('goes on without a token when there is no session', async () => {
    const { sent, fetch } = handler();
    const auth = createTestAuth({ state: 'restoring', fetch });
    const waiting = auth.fetch('/api/orders');
    auth.endSession('no-session');
    await waiting;
    expect(bearers(sent)).toEqual([null]);
  });

  it('is rejected by a refresh that fails, by an abort, and by dispose()', async () => {
    const { sent, fetch } = handler();
    const auth = createTestAuth({ state: 'restoring', fetch });
    const unreachable = failureOf(auth.fetch('/api/orders'));
    auth.failRefresh();
    expect(await unreachable).toMatchObject({ code: 'refresh-unavailable' });
    const controller = new AbortController();
    const aborted = failureOf(auth.fetch('/api/orders', { signal: controller.signal }));
    controller.abort('enough');
    expect(await aborted).toBe('enough');
    const disposed = failureOf(auth.fetch('/api/orders'));
    auth.dispose();
    expect(await disposed).toMatchObject({ code: 'configuration' });
    expect(sent).toEqual([]);
  });
});

it('what has been aborted is not sent', async () => {
  const { fetch } = handler();
  const auth = createTestAuth({ user: 'ada', fetch });
  const signal = AbortSignal.abort('enough');
  expect(await failureOf(auth.fetch('/api/orders', { signal }))).toBe('enough');
  expect(await failureOf(auth.getAccessToken({ signal }))).toBe('enough');
  expect(fetch).not.toHaveBeenCalled();
});

describe('rejections', () => {
  it.each(CODES)('the next call is rejected with %s, and the one after is sent', async (code) => {
    const { fetch } = handler();
    const auth = createTestAuth({ user: 'ada', fetch });
    auth.rejectNext(code);
    const error = await failureOf(auth.fetch('/api/orders'));

    expect(isAuthError(error)).toBe(true);
    expect(error).toMatchObject({ code });
    expect(fetch).not.toHaveBeenCalled();
    expect((await auth.fetch('/api/orders')).ok).toBe(true);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('an error of the test’s own, in getAccessToken() and from the handler', async () => {
    const error = new BodyNotReplayableError('the test’s own');
    const auth = createTestAuth({
      user: 'ada',
      fetch() {
        throw new SessionExpiredError('from the handler');
      },
    });
    auth.rejectNext(error);
    expect(await failureOf(auth.getAccessToken())).toBe(error);
    expect(await failureOf(auth.fetch('/api/orders'))).toBeInstanceOf(SessionExpiredError);
  });
});

describe('ky', () => {
  it('has the token, and all attempts of a call are one user’s', async () => {
    const sent: Request[] = [];
    const auth = createTestAuth({
      user: 'ada',
      fetch(request) {
        sent.push(request);
        return request.url.endsWith('busy') ? new Response(null, { status: 503 }) : Response.json([1]);
      },
    });
    const api = createKy(auth, { prefix: `${PAGE_URL}api`, retry: { limit: 1, delay: () => 0 } });

    expect(await api.get('orders').json()).toEqual([1]);
    expect(bearers(sent)).toEqual([`Bearer ${await auth.getAccessToken()}`]);
    const failed = failureOf(api.get('busy', { hooks: { beforeRetry: [() => auth.signInAs('bob')] } }).json());
    expect(await failed).toBeInstanceOf(SessionChangedError);
    expect(sent).toHaveLength(2);
  });
});
