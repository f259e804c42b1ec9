/** P16: what waiting can't cure is reported once, by a code, and never with a token, a query or a body. */

import { HttpResponse, http } from 'msw';
import { type AuthClient, bodyRefresh, cookieRefresh, type Problem } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { reasonOf } from '../given/failures.ts';
import { API, type AuthServer, jwt, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../world/clocks.ts';
import { network } from '../world/network.ts';
import { openTab } from '../world/tabs.ts';

let server: AuthServer;
beforeEach(() => {
  server = startAuthServer();
});

/** What Ada's tab reports while it does this. */
async function reportedBy(auth: AuthClient, run: () => Promise<unknown>): Promise<Problem[]> {
  const problems: Problem[] = [];
  auth.on('problem', (problem) => problems.push(problem));
  await run();
  return problems;
}

async function refreshInVain(auth: AuthClient): Promise<void> {
  const failed = reasonOf(auth.refresh());
  // Longer than any pause that the client makes by itself.
  await pass(60_000, 1_000);
  await failed;
}

const isRefresh = (input: RequestInfo | URL) => String(input) === TOKEN_ENDPOINT;
const lost = () => Promise.reject(new TypeError('Failed to fetch'));
const html = (status: number) => new Response('<!doctype html>', { status, headers: { 'Content-Type': 'text/html' } });
const json = (body: unknown, status = 200) => Response.json(body, { status });

const ANSWERS: Readonly<Record<string, readonly [answer: () => Response, problem: object]>> = {
  'nothing there': [() => html(404), { code: 'endpoint-missing', status: 404 }],
  'another method': [() => json({}, 405), { code: 'endpoint-missing', status: 405 }],
  'another form of request': [() => json({}, 415), { code: 'endpoint-missing', status: 415 }],
  'a lifetime in words': [() => json({ access_token: 'x', expires_in: '15m' }), { code: 'expires-in-unreadable' }],
  'a page': [() => html(200), { code: 'endpoint-answers-html', status: 200 }],
  'a page that refuses': [() => html(401), { code: 'endpoint-answers-html', status: 401 }],
  'plain text': [
    () => new Response('ok', { headers: { 'Content-Type': 'text/plain' } }),
    { code: 'endpoint-answers-no-json', contentType: 'text/plain' },
  ],
  'another shape': [
    () => json({ result: 'eyJ.secret', ok: true }),
    { code: 'endpoint-gives-no-token', keys: 'the keys result, ok' },
  ],
  'a token for DPoP': [() => json({ access_token: 'x', token_type: 'DPoP' }), { code: 'token-type-unsupported' }],
  'a refusal because of CSRF': [
    () => json({ detail: 'CSRF Failed: CSRF token missing.' }, 403),
    { code: 'csrf-refused', status: 403 },
  ],
  'errors beside no token that speak of CSRF': [
    () => json({ errors: [{ message: 'CSRF verification failed.' }] }),
    { code: 'csrf-refused', status: 200 },
  ],
  'a wrong client': [
    () => json({ error: 'invalid_client' }, 401),
    { code: 'refresh-request-refused', word: 'invalid_client' },
  ],
  'a token of the past': [
    () => json({ access_token: 'x', expires_in: 0 }),
    { code: 'token-expired-on-arrival', left: 0, evidence: 'expires_in' },
  ],
};

describe('an answer of the token endpoint shows what is wrong, once', () => {
  it.for(Object.entries(ANSWERS))('%s', async ([, [answer, expected]]) => {
    const auth = await adasTab(server);
    server.answerRefresh = answer;
    stopClocks();

    const problems = await reportedBy(auth, async () => {
      await refreshInVain(auth);
      await refreshInVain(auth);
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ ...expected, url: TOKEN_ENDPOINT });
    expect(JSON.stringify(problems)).not.toContain('secret');
  });

  it('a lifetime in words is told of, too, where the claims of a JWT take its place', async () => {
    stopClocks();
    const auth = await adasTab(server);
    const iat = Math.floor(Date.now() / 1_000);
    const renewed = jwt({ sub: 'ada', iat, exp: iat + 300, jti: 'renewed' });
    server.answerRefresh = () => json({ access_token: renewed, expires_in: '15m' });

    expect(await reportedBy(auth, () => auth.refresh())).toEqual([
      { code: 'expires-in-unreadable', url: TOKEN_ENDPOINT },
    ]);
    expect(await auth.getAccessToken()).toBe(renewed);
  });

  it.each([500, 502, 503, 429])('a %s says nothing of the set-up', async (status) => {
    const auth = await adasTab(server);
    server.answerRefresh = () => json({}, status);
    stopClocks();

    expect(await reportedBy(auth, () => refreshInVain(auth))).toEqual([]);
  });
});

describe('a token endpoint on another origin', () => {
  const ELSEWHERE = 'https://auth.test/refresh';
  const ofCors = (status: number, headers: HeadersInit = {}) =>
    Object.defineProperty(new Response('{}', { status, headers }), 'type', { value: 'cors' });
  /** Ada's tab: her token endpoint answers as it is told to. */
  const adasTabWith = (answer: () => Response | Promise<Response>) =>
    adasTab(server, {
      refresh: ELSEWHERE,
      fetch: async (input, init) => (String(input) === ELSEWHERE ? answer() : fetch(input, init)),
    });

  beforeEach(() => {
    stopClocks();
    return () => vi.unstubAllGlobals();
  });

  it('whose answers can’t be read is told of while online, until it has answered once', async () => {
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    const auth = await adasTabWith(lost);
    expect(await reportedBy(auth, () => refreshInVain(auth))).toEqual([
      { code: 'endpoint-unreadable', url: ELSEWHERE },
    ]);
    let answer: () => Response | Promise<Response> = () => json({}, 500);
    const other = await adasTabWith(() => answer());
    expect(
      await reportedBy(other, async () => {
        await refreshInVain(other);
        answer = lost;
        await refreshInVain(other);
      }),
    ).toEqual([]);
  });

  it.each([
    ['offline', false, lost],
    ['by a rejection of another kind', true, () => Promise.reject(new Error('Aborted'))],
  ])('says nothing of the set-up: %s', async (_, onLine, answer) => {
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine });
    const auth = await adasTabWith(answer);
    expect(await reportedBy(auth, () => refreshInVain(auth))).toEqual([]);
  });

  it.each([429, 503])('whose pause after a %s can’t be read is told of', async (status) => {
    const auth = await adasTabWith(() => ofCors(status));
    expect(await reportedBy(auth, () => refreshInVain(auth))).toEqual([
      { code: 'retry-after-unreadable', status, url: ELSEWHERE },
    ]);
  });

  it.each([
    ['a pause that can be read', () => ofCors(503, { 'Retry-After': '1' })],
    ['a failure that has none', () => ofCors(500)],
  ])('says nothing of the set-up: %s', async (_, answer) => {
    const auth = await adasTabWith(answer);
    expect(await reportedBy(auth, () => refreshInVain(auth))).toEqual([]);
  });
});

it.each([
  [2_500, []],
  [2_501, [{ code: 'token-lifetime-short', lifetime: 5_000, took: 2_501, url: TOKEN_ENDPOINT }]],
])('a token that lives for 5 s, and takes %i ms to get, is told of if that is more than half', async (took, told) => {
  stopClocks();
  const auth = await adasTab(server);
  const refresh = server.holdRefresh();
  server.lifetime = 5;
  const problems = await reportedBy(auth, async () => {
    const refreshed = auth.refresh();
    await refresh.arrived;
    await pass(took);
    refresh.release();
    await refreshed;
  });
  expect(problems).toEqual(told);
});

it.each<[string, Parameters<typeof adasTab>[1]]>([
  ['on the page’s own origin', { fetch: async (input, init) => (isRefresh(input) ? lost() : fetch(input, init)) }],
  ['of a refresh function', { refresh: lost }],
])('an answer that never comes says nothing of the set-up: %s', async (_, options) => {
  vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
  stopClocks();
  const auth = await adasTab(server, options);
  expect(await reportedBy(auth, () => refreshInVain(auth))).toEqual([]);
  vi.unstubAllGlobals();
});

describe('a refresh that takes longer than callers wait', () => {
  /** What is told of a refresh that is answered after so many milliseconds. */
  async function told(took: number, hasAnswered = false): Promise<Problem[]> {
    stopClocks();
    const auth = await adasTab(server);
    if (hasAnswered) await auth.refresh();
    const held = server.holdRefresh();
    return reportedBy(auth, async () => {
      const refreshed = reasonOf(auth.refresh());
      await held.arrived;
      await pass(took);
      held.release();
      await refreshed;
      await pass(1);
    });
  }
  const slow = (took: number) => [{ code: 'refresh-timeout-short', took, refreshTimeout: 10_000, url: TOKEN_ENDPOINT }];

  it.each([10_001, 29_999])('is told of: it took %i ms', async (took) => {
    expect(await told(took)).toEqual(slow(took));
    expect(await told(took, true)).toEqual(slow(took));
  });

  it('is told of when it is given up, unless it has answered before', async () => {
    expect(await told(30_000)).toEqual(slow(30_000));
    expect(await told(30_000, true)).toEqual([]);
  });

  it('is none that takes ten seconds', async () => {
    expect(await told(10_000)).toEqual([]);
  });

  it.each([
    ['and that is answered', (answer: () => void) => answer()],
    ['and that is given up', () => pass(30_000)],
  ])('is none that the machine has slept through, %s', async (_, end) => {
    stopClocks();
    const auth = await adasTab(server);
    const held = server.holdRefresh();
    const problems = await reportedBy(auth, async () => {
      const refreshed = reasonOf(auth.refresh());
      await held.arrived;
      jumpWallClock(30_000);
      await end(held.release);
      await refreshed;
    });
    expect(problems).toEqual([]);
  });
});

describe('a Date header ahead of the clock that writes iat and exp', () => {
  /** Each token lives for five minutes by its claims; so many seconds of them are over by the Date header. */
  const aged = (seconds: number, jti: string) => () => {
    const iat = Math.floor(Date.now() / 1_000);
    const headers = { Date: new Date((iat + seconds) * 1_000).toUTCString() };
    return Response.json({ access_token: jwt({ sub: 'ada', iat, exp: iat + 300, jti }), expires_in: 300 }, { headers });
  };

  it('is told by the second token in a row that has lost more than half of its life', async () => {
    stopClocks();
    const auth = await adasTab(server);

    const problems = await reportedBy(auth, async () => {
      server.answerRefresh = aged(290, 'one');
      await auth.refresh();
      server.answerRefresh = aged(290, 'two');
      await auth.refresh();
    });
    expect(problems).toEqual([
      { code: 'token-lifetime-short', lifetime: 10_000, took: 0, claimed: 300_000, url: TOKEN_ENDPOINT },
    ]);
  });

  it.each([
    ['a token that a server has kept for a while, and then a new one', 290, 0],
    ['a new token, and then one that was kept', 0, 290],
    ['clocks that differ a little', 100, 100],
  ])('nothing is told of %s', async (_, first, second) => {
    stopClocks();
    const auth = await adasTab(server);

    const problems = await reportedBy(auth, async () => {
      server.answerRefresh = aged(first, 'one');
      await auth.refresh();
      server.answerRefresh = aged(second, 'two');
      await auth.refresh();
    });
    expect(problems).toEqual([]);
  });
});

it('a refresh function whose Response has been read is told as wrong, and waiting doesn’t cure it', async () => {
  const refresh = async () => {
    const response = Response.json({ access_token: 'secret' });
    await response.json();
    return response;
  };
  const auth = await adasTab(server, { refresh });

  const problems = await reportedBy(auth, async () => {
    const error = await reasonOf(auth.refresh());
    expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: false });
    expect((error as Error).message).toContain('its body has been read');
  });
  expect(problems).toEqual([{ code: 'option-failed', option: 'refresh', url: undefined }]);
});

it('a CSRF cookie that is missing is told apart from a CSRF token that is wrong', async () => {
  const csrf = { cookie: 'csrftoken', header: 'X-CSRFToken' };
  const auth = openTab({ refresh: cookieRefresh({ url: '/auth/refresh', csrf }) });
  server.answerRefresh = () => json({ detail: 'forbidden' }, 403);

  const problems = await reportedBy(auth, () => reasonOf(auth.restore()));
  expect(problems).toEqual([{ code: 'csrf-cookie-missing', status: 403, url: TOKEN_ENDPOINT }]);
});

it('a session that ends at its first refresh speaks of a cookie that wasn’t kept', async () => {
  const auth = await adasTab(server);
  server.cookie = undefined;

  const problems = await reportedBy(auth, () => reasonOf(auth.refresh()));
  expect(problems).toEqual([{ code: 'cookie-not-kept', url: TOKEN_ENDPOINT }]);
});

it('a session of a refresh function that ends at its first refresh speaks of nothing', async () => {
  const auth = await adasTab(server, { refresh: async () => new Response('', { status: 401 }) });
  expect(await reportedBy(auth, () => reasonOf(auth.refresh()))).toEqual([]);
});

it('a session that began with a refresh speaks of nothing when it ends', async () => {
  server.signIn('ada');
  const auth = openTab();
  await auth.restore();
  server.revoke('ada');
  expect(await reportedBy(auth, () => reasonOf(auth.refresh()))).toEqual([]);
});

it.each([
  [59_999, ['cookie-not-kept']],
  [60_000, []],
])('a cookie that is missing %i ms after the token has expired may have been lost in any way', async (later, codes) => {
  stopClocks();
  server.lifetime = 60;
  const auth = await adasTab(server);
  server.cookie = undefined;
  jumpWallClock(60_000 + later);
  const problems = await reportedBy(auth, () => reasonOf(auth.refresh()));
  expect(problems.map(({ code }) => code)).toEqual(codes);
});

it('a session that ends later speaks of nothing', async () => {
  const auth = await adasTab(server);
  await auth.refresh();
  server.revoke('ada');

  expect(await reportedBy(auth, () => reasonOf(auth.refresh()))).toEqual([]);
});

describe('a request shows what is wrong', () => {
  it('an origin that isn’t allowed is named with its port, once for all of its addresses', async () => {
    const auth = await adasTab(server, { fetch: elsewhere(401) });

    const problems = await reportedBy(auth, async () => {
      await auth.fetch('http://localhost:4000/orders?key=secret');
      await auth.fetch('http://localhost:4000/items');
    });
    expect(problems).toEqual([
      { code: 'origin-not-allowed', origin: 'http://localhost:4000', url: 'http://localhost:4000/orders' },
    ]);
  });

  it('a 401 from elsewhere is nobody’s mistake while nobody is signed in', async () => {
    const auth = openTab({ fetch: elsewhere(401) });

    expect(await reportedBy(auth, () => auth.fetch('http://localhost:4000/orders'))).toEqual([]);
  });

  it('an API that refuses fresh tokens is named with the address', async () => {
    const auth = await adasTab(server);
    server.answerApi = () => new Response(null, { status: 401 });

    const problems = await reportedBy(auth, async () => {
      await auth.fetch(`${API}/orders?key=secret`);
      await auth.fetch(`${API}/orders`);
    });
    expect(problems).toEqual([{ code: 'fresh-token-refused', method: 'GET', url: `${API}/orders` }]);
  });

  it('a `minValidity` beyond half the lifetime is told with the figures', async () => {
    const auth = await adasTab(server);

    const problems = await reportedBy(auth, () => auth.getAccessToken({ minValidity: 3_600_000 }));
    expect(problems).toEqual([{ code: 'min-validity-capped', asked: 3_600_000, used: expect.any(Number) }]);
  });

  it('a sign-out that the server doesn’t confirm is told with its status', async () => {
    const auth = await adasTab(server);
    server.answerLogout = () => html(200);

    const problems = await reportedBy(auth, () => auth.signOut());
    expect(problems).toMatchObject([{ code: 'sign-out-not-confirmed', status: 200 }]);
  });

  it('a sign-out that is refused for want of a CSRF cookie is told, too', async () => {
    const csrf = { cookie: 'csrftoken', header: 'X-CSRFToken' };
    const auth = await adasTab(server, { signOut: { url: '/auth/logout?key=secret', csrf } });
    server.answerLogout = () => json({ detail: 'forbidden' }, 403);

    const problems = await reportedBy(auth, () => auth.signOut());
    expect(problems).toEqual([{ code: 'sign-out-not-confirmed', status: 403, url: 'https://app.test/auth/logout' }]);
  });

  it('a revocation that isn’t confirmed is told with its address', async () => {
    network.use(http.post('https://app.test/revoke', () => HttpResponse.json({}, { status: 404 })));
    const refresh = bodyRefresh({ url: '/token', revoke: '/revoke?key=secret' });
    const auth = openTab({ signOut: undefined, refresh });
    await auth.setSession({ access_token: 'x', refresh_token: 'y', expires_in: 60 });

    const problems = await reportedBy(auth, () => auth.signOut());
    expect(problems).toEqual([{ code: 'sign-out-not-confirmed', status: 404, url: 'https://app.test/revoke' }]);
  });

  it('a sign-out on another origin whose answer can’t be read is told', async () => {
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    network.use(http.post('https://auth.test/logout', () => HttpResponse.error()));
    const auth = await adasTab(server, { signOut: 'https://auth.test/logout?key=secret' });

    const problems = await reportedBy(auth, () => auth.signOut());
    vi.unstubAllGlobals();
    expect(problems).toEqual([{ code: 'endpoint-unreadable', url: 'https://auth.test/logout' }]);
  });

  it.each([
    ['on the page’s own origin', '/auth/logout', true],
    ['offline', 'https://auth.test/logout', false],
  ])('a sign-out without an answer says nothing of the set-up: %s', async (_, signOut, onLine) => {
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine });
    network.use(http.post('https://auth.test/logout', () => HttpResponse.error()));
    const auth = await adasTab(server, { signOut });
    server.answerLogout = () => Response.error();

    expect(await reportedBy(auth, () => auth.signOut())).toEqual([]);
    vi.unstubAllGlobals();
  });
});

it('many problems of one kind keep none of another kind from being told', async () => {
  const auth = await adasTab(server, { fetch: elsewhere(401) });
  server.answerRefresh = () => json({}, 404);

  const problems = await reportedBy(auth, async () => {
    for (let port = 4_000; port < 4_060; port++) await auth.fetch(`http://localhost:${port}/orders`);
    await reasonOf(auth.refresh());
  });
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toMatchObject({ code: 'endpoint-missing' });
});

it.each([
  ['no-web-locks', 'navigator', {}],
  ['no-broadcast-channel', 'BroadcastChannel', undefined],
] as const)('a page that lacks something says so: %s', async (code, lacking, instead) => {
  vi.stubGlobal(lacking, instead);
  const auth = openTab();
  const problems = await reportedBy(auth, async () => {});
  vi.unstubAllGlobals();

  expect(problems.map((problem) => problem.code)).toContain(code);
});

/** The network of another origin. */
function elsewhere(status: number): typeof fetch {
  return (input, init) =>
    String(input).startsWith('http://localhost') ? Promise.resolve(new Response(null, { status })) : fetch(input, init);
}
