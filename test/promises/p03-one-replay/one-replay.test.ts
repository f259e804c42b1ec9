/** P3 and P11: one replay, only after a received 401; what was sent is sent again as it was, or not at all. */

import { HttpResponse, http } from 'msw';
import {
  BodyNotReplayableError,
  isAuthError,
  RefreshUnavailableError,
  SessionExpiredError,
  SignInFailedError,
} from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { adasTab, expired, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { statusesOf, textOf } from '../../given/received.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { setBase, show } from '../../world/page.ts';
import { plainly } from '../../world/plainly.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab, record } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

describe('one replay, then the caller’s answer', () => {
  it('a second 401 is the caller’s answer, and no loop (P3, scenario 4)', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => refusal();

    const response = await auth.fetch(`${API}/orders`);

    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'refused' });
    expect(server.apiRequests).toHaveLength(2);
    expect(server.refreshCalls).toBe(1);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('an address that refuses every token costs one refresh, then none for a while; others refresh as ever (P3)', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = (request) => (request.url.endsWith('/bad') ? refusal() : undefined);

    for (const _ of times(5, String)) expect((await auth.fetch(`${API}/bad`)).status).toBe(401);
    expect(server.refreshCalls).toBe(1);

    server.expireAccessTokens();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
  });

  it('an API that refuses every token costs three refreshes, then none for a while (P3, scenario 4)', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => refusal();

    for (const path of times(20, String)) expect((await auth.fetch(`${API}/${path}`)).status).toBe(401);

    expect(server.refreshCalls).toBe(3);
    expect(server.apiRequests).toHaveLength(23);
  });

  it('50 requests at once to an API that refuses every token: one refresh, one replay each (P3, scenario 4)', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => refusal();

    const responses = await Promise.all(times(50, () => auth.fetch(`${API}/orders`)));

    expect(responses.every(({ status }) => status === 401)).toBe(true);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(100);
  });

  it('an API that has recovered gets its refresh again, once the while is over (P3, scenario 4)', async () => {
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

  it.for([200, 403, 404, 500])('whatever the replay meets is the caller’s answer: %i (P3)', async (status) => {
    const { server, auth } = await expired();
    server.answerApi = (request) => (server.apiRequests.length ? new Response(request.method, { status }) : undefined);

    const response = await auth.fetch(`${API}/orders`, { method: 'PUT' });

    expect([response.status, await response.text()]).toEqual([status, 'PUT']);
    expect(statusesOf(server)).toEqual([401, status]);
  });

  it('a 401 that arrives while the refresh runs is queued like the first (P1, scenario 10)', async () => {
    const { server, auth } = await expired();
    const slow = gate();
    server.answerApi = async (request) => {
      if (request.url.endsWith('/slow')) await slow.opened;
      return undefined;
    };
    const second = auth.fetch(`${API}/slow`);
    const held = server.holdRefresh();
    const first = auth.fetch(`${API}/quick`);
    await held.arrived;
    slow.open();
    await until(() => server.apiRequests.length === 2);
    await rest();
    held.release();

    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(4);
  });
});

describe('only a received 401 is replayed', () => {
  it('the body of a 401 that is replayed is let go unread, so that its connection is free (P3)', async () => {
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

  it('a network error is not replayed, nor is a 401 without CORS headers, which looks like one (P3, scenarios 27 and 29)', async () => {
    const { server, auth } = await signedIn();
    server.answerApi = () => HttpResponse.error();

    await expect(auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' })).rejects.toThrow(TypeError);

    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
  });

  it.for([500, 502, 503, 504, 429, 408])('a %i is not replayed (P3, scenario 27)', async (status) => {
    const { server, auth } = await signedIn();
    server.answerApi = () => new Response('sick', { status });

    const response = await auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' });

    expect([response.status, await response.text()]).toEqual([status, 'sick']);
    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
  });

  it('a time-out is not replayed, even if the 401 comes later (P3, scenario 27)', async () => {
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

  it('a replay that meets a network error is not sent a third time (P3, scenario 27)', async () => {
    const { server, auth } = await expired();
    server.answerApi = () => (server.apiRequests.length ? HttpResponse.error() : undefined);

    await expect(auth.fetch(`${API}/orders`)).rejects.toThrow(TypeError);

    expect(server.apiRequests).toHaveLength(2);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('the auth server’s own 401', () => {
  const withLogin = async (status: number) => {
    const server = startAuthServer();
    server.answerApi = (request) => {
      if (!request.url.endsWith('/login')) return undefined;
      return status === 200 ? HttpResponse.json(server.signIn('bob')) : refusal(status, 'Bearer');
    };
    return server;
  };
  const login = (fetch: typeof globalThis.fetch) => fetch(`${API}/login`, { method: 'POST', body: 'a password' });

  it('a login through auth.fetch inside signIn works, at once and after an await (P3, scenario 5)', async () => {
    const server = await withLogin(200);
    const [first, second] = [openTab(), openTab()];

    await first.signIn(() => login(first.fetch));
    await second.signIn(async () => {
      await rest();
      return login(second.fetch);
    });

    expect(first.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(second.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toHaveLength(2);
  });

  it('a login through auth.fetch works while the last user’s token has expired (P3, scenario 5)', async () => {
    stopClocks();
    const server = await withLogin(200);
    const auth = await adasTab(server);
    show('hidden');
    outliveToken();

    await auth.signIn(async () => {
      await rest();
      return login(auth.fetch);
    });

    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(server.refreshCalls).toBe(0);
  });

  it('a wrong password ends no session and is sent once (P3, scenario 5)', async () => {
    const server = await withLogin(401);
    const auth = await adasTab(server);
    const before = auth.getState();
    const events = record(auth);

    const error = await failureOf(auth.signIn(() => login(auth.fetch)));

    expect(error).toBeInstanceOf(SignInFailedError);
    expect(isAuthError(error) && error.code === 'sign-in-failed' && error.response?.status).toBe(401);
    expect(auth.getState()).toBe(before);
    expect(events).toEqual([]);
    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a wrong password of a visitor asks for no refresh, and the next try can succeed (P3, scenario 5)', async () => {
    const server = await withLogin(401);
    const auth = openTab();
    await expect(auth.signIn(() => login(auth.fetch))).rejects.toThrow(SignInFailedError);
    expect(server.refreshCalls).toBe(0);

    await auth.signIn(server.login('ada'));

    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it.for([
    {
      how: 'throws at once',
      request: () => {
        throw new Error('no form');
      },
    },
    { how: 'rejects', request: () => Promise.reject(new Error('no form')) },
  ])('a sign-in whose request $how leaves no mark: the next 401 is refreshed (P3)', async ({ request }) => {
    const { server, auth } = await expired();

    await expect(auth.signIn(request)).rejects.toThrow('no form');

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('the refresh’s 401 ends the session and enters no wrapper (P3, scenario 5)', async () => {
    const { server, auth } = await expired({ allowedOrigins: [API, 'https://app.test'] });
    server.revoke('ada');

    await expect(auth.fetch(`${API}/orders`)).rejects.toThrow(SessionExpiredError);

    expect(server.refreshCalls).toBe(1);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('the sign-out’s 401 costs no refresh, and the user is out (P3, scenario 5)', async () => {
    const { server, auth } = await signedIn();
    network.use(http.post('https://app.test/auth/logout', () => refusal()));

    expect(await auth.signOut()).toEqual({ serverConfirmed: false });

    expect(server.refreshCalls).toBe(0);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
  });

  it('a refresh function that goes through auth.fetch by mistake fails in time (P3, scenario 5)', async () => {
    const { server, auth } = await signedIn({
      clocks: 'stopped',
      refresh: () => auth.fetch('https://app.test/api/refresh', { method: 'POST' }),
    });
    show('hidden');
    outliveToken();
    const request = auth.fetch(`${API}/orders`);
    const told = expect(request).rejects.toThrow(RefreshUnavailableError);
    await pass(10_000);

    await told;
    expect(server.apiRequests).toHaveLength(0);
    expect(auth.getState().status).toBe('signed-in');
  });
});

describe('what a refresh can’t give', () => {
  const challenged = async (status: number, header: string) => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.answerApi = () => refusal(status, header);
    const response = await auth.fetch(`${API}/payments?card=4242`, { method: 'POST', body: 'pay' });
    return { server, events, response };
  };

  it('a step-up 401 goes to the caller with a challenge event, without a refresh (P3, scenario 6)', async () => {
    const { server, events, response } = await challenged(
      401,
      'Bearer error="insufficient_user_authentication", error_description="A fresher, stronger sign-in is needed", acr_values="urn:gold urn:silver", max_age="300"',
    );

    expect([response.status, await response.json()]).toEqual([401, { error: 'refused' }]);
    expect(events).toEqual([
      {
        name: 'challenge',
        detail: {
          method: 'POST',
          url: `${API}/payments`,
          status: 401,
          error: 'insufficient_user_authentication',
          scope: undefined,
          acrValues: 'urn:gold urn:silver',
          maxAge: 300,
        },
      },
    ]);
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toHaveLength(1);
  });

  it.for([401, 403])('insufficient_scope with %i: a challenge event, no refresh (P3, scenario 6)', async (status) => {
    const { server, events, response } = await challenged(
      status,
      'Bearer realm="shop, online", error=insufficient_scope, scope="orders:read orders:write"',
    );

    expect(response.status).toBe(status);
    expect(events).toMatchObject([
      { name: 'challenge', detail: { status, error: 'insufficient_scope', scope: 'orders:read orders:write' } },
    ]);
    expect(events[0]?.detail).toMatchObject({ acrValues: undefined, maxAge: undefined });
    expect(server.refreshCalls).toBe(0);
  });

  it.for([
    '',
    'Bearer',
    'Bearer realm="shop"',
    'Bearer error="invalid_token"',
    'Basic realm="error=insufficient_scope"',
  ])('a plain 403 goes to the caller, without a refresh or an event: %j (P3, scenario 6)', async (header) => {
    const { server, events, response } = await challenged(403, header);

    expect(response.status).toBe(403);
    expect(events).toEqual([]);
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toHaveLength(1);
  });

  it.for([
    'Basic realm="a, b", Bearer realm="c", error="insufficient_scope", scope="s"',
    'DPoP algs="ES256", error="invalid_token", Bearer error="insufficient_scope", scope="s"',
    'Bearer error="insufficient_scope", scope="s", Basic realm="error=invalid_token"',
    'Bearer scope="s", error="insufficient_scope", DPoP error="invalid_token"',
    'bearer ERROR = "insufficient_scope" , Scope="s"',
    'Basic realm="a, Bearer b", Bearer error="insufficient_scope", scope="s"',
    'Bearer realm="say \\"x\\", error=invalid_token", error="insufficient_scope", scope="s"',
    'Negotiate, Bearer error="insufficient_scope",scope="s"',
  ])('the Bearer challenge is found among others: %s (P3, scenario 6)', async (header) => {
    const { server, events, response } = await challenged(401, header);

    expect(response.status).toBe(401);
    expect(events).toMatchObject([{ name: 'challenge', detail: { error: 'insufficient_scope', scope: 's' } }]);
    expect(server.refreshCalls).toBe(0);
  });

  it.for([
    '',
    'Bearer',
    'Bearer realm="a"',
    'Bearer realm="a", error="invalid_token", error_description="It has expired, error=insufficient_scope"',
    'Bearer error_description="no error=insufficient_scope here", error="invalid_token"',
    'Bearer error="invalid_token", DPoP error="use_dpop_nonce"',
    'Bearer realm="a", DPoP error="use_dpop_nonce"',
    'Basic realm="a, Bearer error=insufficient_scope", Bearer error="invalid_token"',
    'DPoP error="insufficient_scope"',
    'Basic realm="bearer error=insufficient_scope"',
  ])('a 401 that only wants a good token is refreshed: %j (P3, scenario 6)', async (header) => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.answerApi = () => (server.apiRequests.length ? undefined : refusal(401, header));

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

    expect(server.refreshCalls).toBe(1);
    expect(events.map(({ name }) => name)).toEqual(['refreshed', 'replayed']);
  });
});

describe('when the refresh fails', () => {
  it('every waiter gets one SessionExpiredError when the session is over, and none is replayed (P12, scenario 7)', async () => {
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

  it('every waiter gets one RefreshUnavailableError when the server is sick, and none is replayed (P12, scenario 7)', async () => {
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

  it('a failure that nobody waits for any more is no unhandled rejection (P12, scenario 7)', async () => {
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

describe('a stream can be sent once only', () => {
  const stream = () => new Blob(['a stream']).stream();
  const upload = (body: ReadableStream = stream()) => ({ method: 'POST', body, duplex: 'half' }) as RequestInit;

  it('a 401 for a stream: BodyNotReplayableError, sent once, and the next call works (P11, scenario 25)', async () => {
    const { server, auth } = await expired();

    const error = await failureOf(auth.fetch(`${API}/upload?secret=1`, upload()));

    expect(error).toBeInstanceOf(BodyNotReplayableError);
    expect(error).toMatchObject({ code: 'body-not-replayable', retryable: false });
    expect(String(error)).toContain(`POST ${API}/upload`);
    expect(String(error)).not.toContain('secret');
    expect(server.apiRequests).toHaveLength(1);

    expect((await auth.fetch(`${API}/upload`, upload())).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(textOf(server.apiRequests[1])).toBe('a stream');
  });

  it('a stream that met a 401 for an older token says so without another refresh (P2, P11, scenario 25)', async () => {
    const { server, auth } = await expired();
    const held = server.holdApi();
    const late = auth.fetch(`${API}/upload`, upload());
    await held.arrived;
    await auth.refresh();
    held.release();

    await expect(late).rejects.toThrow(BodyNotReplayableError);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(1);
  });

  it('a stream whose session turns out to be over learns that, not that it can’t be replayed (P11)', async () => {
    const { server, auth } = await expired();
    server.revoke('ada');

    await expect(auth.fetch(`${API}/upload`, upload())).rejects.toThrow(SessionExpiredError);
  });

  it('a stream waits for a refresh unread, where the token would end with the upload’s beginning (P11)', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    jumpWallClock(31_000);
    await auth.fetch(`${API}/orders`);
    expect(server.refreshCalls).toBe(0);
    const held = server.holdRefresh();
    let pulls = 0;
    const source = new ReadableStream(
      {
        pull(controller) {
          if (pulls++) controller.close();
          else controller.enqueue(new TextEncoder().encode('late'));
        },
      },
      { highWaterMark: 0 },
    );
    const request = auth.fetch(`${API}/upload`, upload(source));
    await held.arrived;
    expect(pulls).toBe(0);
    held.release();

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(textOf(server.apiRequests[1])).toBe('late');
  });
});

describe('no copy of an upload is made just in case', () => {
  const bodies: { kind: string; body: () => BodyInit }[] = [
    { kind: 'a Blob', body: () => new Blob(['x'.repeat(1_000)]) },
    { kind: 'a stream', body: () => new ReadableStream({}, { highWaterMark: 0 }) },
  ];

  it.for(bodies)(
    '$kind reaches fetch as it is: nothing reads or copies it before a 401 (P11, scenario 26)',
    async ({ body: make }) => {
      const server = startAuthServer();
      const sent: unknown[] = [];
      const fetch = async (_: RequestInfo | URL, init?: RequestInit) => {
        sent.push(init?.body);
        return new Response('{}');
      };
      const auth = openTab({ fetch });
      await auth.setSession(server.signIn('ada'));
      const body = make();
      const reads = [vi.spyOn(Blob.prototype, 'stream'), vi.spyOn(Blob.prototype, 'arrayBuffer')];
      const copies = [vi.spyOn(Blob.prototype, 'slice'), vi.spyOn(ReadableStream.prototype, 'tee')];

      await auth.fetch(`${API}/upload`, { method: 'PUT', body });

      expect(sent[0]).toBe(body);
      for (const spy of [...reads, ...copies]) expect(spy).not.toHaveBeenCalled();
    },
  );

  it.for([
    { kind: 'an ArrayBuffer', body: () => new ArrayBuffer(1_000) },
    { kind: 'a typed array', body: () => new Uint8Array(2_000).subarray(1_000) },
  ])('$kind is copied once, as fetch does, for both sends (P11)', async ({ body }) => {
    const server = startAuthServer();
    const sent: unknown[] = [];
    const auth = openTab({
      fetch: async (input, init) => {
        if (!String(input).startsWith(API)) return globalThis.fetch(input, init);
        sent.push(init?.body);
        return sent.length % 2 ? refusal() : new Response('{}');
      },
    });
    await auth.setSession(server.signIn('ada'));
    const reads = vi.spyOn(Blob.prototype, 'stream');

    await auth.fetch(`${API}/upload`, { method: 'PUT', body: body() });

    // A Blob that holds the bytes once: sending it copies nothing.
    expect(sent[0]).toBeInstanceOf(Blob);
    expect(sent[0]).toHaveProperty('size', 1_000);
    expect(sent[1]).toBe(sent[0]);
    expect(reads).not.toHaveBeenCalled();
  });

  it('after a 401 the very same Blob is sent, and a form’s very same file (P11, scenario 26)', async () => {
    const server = startAuthServer();
    const sent: (BodyInit | null | undefined)[] = [];
    const auth = openTab({
      fetch: async (input, init) => {
        if (!String(input).startsWith(API)) return globalThis.fetch(input, init);
        sent.push(init?.body);
        return sent.length % 2 ? refusal() : new Response('{}');
      },
    });
    await auth.setSession(server.signIn('ada'));
    const file = new File(['a scan'], 'scan.pdf');
    const form = new FormData();
    form.append('scan', file);
    const reads = vi.spyOn(Blob.prototype, 'stream');

    await auth.fetch(`${API}/upload`, { method: 'PUT', body: file });
    await auth.fetch(`${API}/upload`, { method: 'PUT', body: form });

    expect(sent.slice(0, 2)).toEqual([file, file]);
    expect(sent.slice(2).map((body) => body instanceof FormData && body.get('scan'))).toEqual([file, file]);
    expect(sent[1]).toBe(file);
    expect(reads).not.toHaveBeenCalled();
  });
});

describe('the replay is equal, byte for byte', () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256);
  const form = () => {
    const data = new FormData();
    data.append('title', 'Grüße');
    data.append('file', new File([bytes], 'scan "1".bin', { type: 'application/octet-stream' }));
    data.append('file', new File(['second'], 'b.txt', { type: 'text/plain' }));
    return data;
  };
  const json = JSON.stringify({ name: 'Grüße', lines: [1, 2] });
  const upload = `${API}/upload?a=1&b=%2F`;
  const cases: { kind: string; make: () => [RequestInfo | URL, RequestInit?] }[] = [
    { kind: 'a string', make: () => [upload, { method: 'POST', body: 'Grüße' }] },
    {
      kind: 'JSON with headers of one’s own',
      make: () => [
        upload,
        { method: 'PATCH', body: json, headers: { 'content-type': 'application/json', 'x-id': '7' } },
      ],
    },
    { kind: 'a form with files', make: () => [new URL(upload), { method: 'POST', body: form() }] },
    { kind: 'a Blob', make: () => [upload, { method: 'PUT', body: new Blob([bytes], { type: 'image/png' }) }] },
    { kind: 'an ArrayBuffer', make: () => [upload, { method: 'PUT', body: bytes.slice().buffer }] },
    { kind: 'part of a typed array', make: () => [upload, { method: 'PUT', body: bytes.subarray(100, 300) }] },
    {
      kind: 'URLSearchParams',
      make: () => [upload, { method: 'POST', body: new URLSearchParams({ q: 'ä b', r: '&' }) }],
    },
    { kind: 'no body', make: () => [upload, { method: 'DELETE', headers: [['x-id', '7']] }] },
    {
      kind: 'a lower-case method',
      make: () => [upload, { method: 'put', body: 'x', headers: new Headers({ a: 'b' }) }],
    },
    {
      kind: 'a Request with JSON',
      make: () => [new Request(upload, { method: 'PUT', body: json, headers: { 'content-type': 'application/json' } })],
    },
    { kind: 'a Request with a form', make: () => [new Request(upload, { method: 'POST', body: form() })] },
    {
      kind: 'a Request with a Blob',
      make: () => [new Request(upload, { method: 'POST', body: new Blob([bytes], { type: 'image/png' }) })],
    },
    {
      kind: 'a Request with a stream',
      make: () => [
        new Request(upload, { method: 'POST', body: new Blob([bytes]).stream(), duplex: 'half' } as RequestInit),
      ],
    },
    {
      kind: 'a Request and a body in init',
      make: () => [new Request(upload, { method: 'POST', body: 'old', headers: { 'x-id': '7' } }), { body: 'new' }],
    },
    {
      kind: 'a Request and headers in init',
      make: () => [
        new Request(upload, { method: 'POST', body: json, headers: { 'x-old': '7' } }),
        { headers: { 'x-new': '8' } },
      ],
    },
    {
      kind: 'a Request and a method in init',
      make: () => [new Request(upload, { headers: { a: 'b' } }), { method: 'PUT' }],
    },
    {
      kind: 'a URL and a Request as init',
      make: () => [upload, new Request(`${API}/other`, { method: 'POST', body: json, headers: { 'x-id': '7' } })],
    },
  ];

  it.for(cases)('$kind (P11, scenario 28)', async ({ make }) => {
    const { server, auth } = await expired();
    await fetch(...make());

    expect((await auth.fetch(...make())).status).toBe(200);

    const [plain, first, replay] = server.apiRequests.map(plainly);
    expect(first).toEqual(plain);
    expect(replay).toEqual(plain);
    expect(server.apiRequests.map(({ authorization }) => typeof authorization)).toEqual(['object', 'string', 'string']);
    expect(server.apiRequests).toHaveLength(3);
  });

  it('a relative URL means the same address in the replay, though the page has moved on meanwhile (P11, scenario 28)', async () => {
    const { server, auth } = await expired();
    setBase('https://app.test/api/shop/');
    const held = server.holdRefresh();
    const request = auth.fetch('orders?a=1');
    await held.arrived;
    setBase('https://app.test/elsewhere/');
    held.release();

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ url }) => url)).toEqual(times(2, () => 'https://app.test/api/shop/orders?a=1'));
  });

  it('a request that waits before it is sent keeps its address, too (P11, scenario 28)', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    show('hidden');
    outliveToken();
    setBase('https://app.test/api/shop/');
    const held = server.holdRefresh();
    const request = auth.fetch('orders');
    await held.arrived;
    setBase('https://app.test/elsewhere/');
    held.release();

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ url }) => url)).toEqual(['https://app.test/api/shop/orders']);
  });

  it('what the caller changes while the request waits is not sent: a form, headers, init (P11, scenario 28)', async () => {
    const { server, auth } = await expired();
    const body = form();
    const headers = new Headers({ 'x-id': '7' });
    const init = { method: 'POST', body, headers };
    const held = server.holdRefresh();
    const request = auth.fetch(upload, init);
    await held.arrived;
    body.set('title', 'changed');
    body.delete('file');
    headers.set('x-id', '8');
    init.method = 'PUT';
    held.release();
    await request;

    const [first, replay] = server.apiRequests.map(plainly);
    expect(replay).toEqual(first);
    expect(first?.body).toContain('second');
  });

  it('a Request can be given again after its replay; what the caller holds is not spent (P11, scenario 28)', async () => {
    const { server, auth } = await expired();
    const request = new Request(upload, { method: 'POST', body: json });

    await auth.fetch(request);
    await auth.fetch(request);

    expect(server.apiRequests.map(textOf)).toEqual([json, json, json]);
  });
});

describe('shouldRefresh', () => {
  it('another status can mean "no longer good", by an answer now or later (P3)', async () => {
    for (const shouldRefresh of [
      (response: Response) => response.status === 419,
      async (response: Response) => {
        await rest();
        return (await response.clone().text()) === 'expired';
      },
    ]) {
      const { server, auth } = await signedIn({ shouldRefresh });
      server.answerApi = () => (server.apiRequests.length ? undefined : new Response('expired', { status: 419 }));

      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

      expect(server.refreshCalls).toBe(1);
      expect(statusesOf(server)).toEqual([419, 200]);
    }
  });

  it('it has the last word on a 401, and the response stays unread for the caller (P3)', async () => {
    const { server, auth } = await expired({ shouldRefresh: () => false });

    const response = await auth.fetch(`${API}/orders`);

    expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_token' }]);
    expect(server.refreshCalls).toBe(0);
  });

  it('it sees each answer to a request that bore the token, with URL and method (P3)', async () => {
    const seen: string[] = [];
    const { server, auth } = await signedIn({
      shouldRefresh(response, request) {
        seen.push(`${response.status} ${request.method} ${request.url}`);
        return false;
      },
    });
    network.use(http.get('https://elsewhere.test/', () => new Response('', { status: 401 })));

    await auth.fetch(`${API}/orders?a=1`, { method: 'post', body: 'x' });
    await auth.fetch('https://elsewhere.test/');
    await auth.signOut();
    await auth.fetch(`${API}/public`);

    expect(seen).toEqual([`200 POST ${API}/orders?a=1`]);
    expect(server.apiRequests).toHaveLength(2);
  });

  it('where it says yes to the replay as well, no loop comes of it (P3)', async () => {
    const { server, auth } = await signedIn({ shouldRefresh: () => true });

    for (const path of times(10, String)) expect((await auth.fetch(`${API}/${path}`)).status).toBe(200);

    expect(server.refreshCalls).toBe(3);
    expect(server.apiRequests).toHaveLength(13);
  });

  it.for([
    {
      how: 'throws',
      shouldRefresh: () => {
        throw new RangeError('mine');
      },
    },
    { how: 'rejects', shouldRefresh: () => Promise.reject(new RangeError('mine')) },
  ])('what it $how reaches the caller of that request, and costs no refresh (P3)', async ({ shouldRefresh }) => {
    let broken = true;
    const { server, auth } = await expired({
      shouldRefresh: (response) => (broken ? shouldRefresh() : response.status === 401),
    });

    await expect(auth.fetch(`${API}/orders`)).rejects.toThrow(new RangeError('mine'));
    expect(server.refreshCalls).toBe(0);

    broken = false;
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });
});

describe('the replayed event', () => {
  it('names method, origin and path, and what the replay met; no query, no token (P3, P9)', async () => {
    const { server, auth } = await expired();
    const events = record(auth);
    server.answerApi = () => (server.apiRequests.length ? new Response('', { status: 404 }) : undefined);

    await auth.fetch(`${API}/orders/7?token=secret#part`, { method: 'delete' });

    expect(events).toEqual([
      { name: 'refreshed', detail: { by: 'this-tab' } },
      { name: 'replayed', detail: { method: 'DELETE', url: `${API}/orders/7`, status: 404 } },
    ]);
  });

  it('fires for a late 401 too, and not for requests that needed no replay (P2, P3)', async () => {
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

  it('while the replay is held up, its caller waits and nobody else does (P12)', async () => {
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
  it('has its body let go when the refresh fails: unread, it would keep its connection busy', async () => {
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
});
