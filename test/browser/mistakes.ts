/** What people set up wrongly, each as its server does it and as its page meets it: several times. */

import type { ProblemCode } from 'silent-refresh';
import { type Answer, RIGHT_CORS, type WorldOptions } from './mistaken-server.ts';

export interface Mistake {
  readonly title: string;
  readonly code: ProblemCode | 'login-through-auth-fetch' | 'client-made-twice' | 'name-for-two-endpoints';
  readonly world?: WorldOptions;
  /** Which paths were called more than once, since the page met the mistake there. */
  readonly met?: string;
  /** Runs in the page. */
  readonly play: (world: string) => unknown;
  /** What the explanation names; `WORLD` stands for the world's URL, and `PAGE` for the page's origin. */
  readonly says: readonly string[];
}

const endpoint = (answer: Answer): Pick<Mistake, 'world' | 'met' | 'play'> => ({
  world: { mistakes: { '/refresh': answer } },
  met: '/refresh',
  play: async (world) => {
    const auth = await window.signIn(world);
    await window.thrice(() => auth.refresh());
  },
});

const HTML = { headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><p>secret-in-body' };
const [header, claims] = [{ alg: 'none' }, { sub: 'ada', iat: 1_700_000_000, exp: 1_700_000_300 }].map((part) =>
  Buffer.from(JSON.stringify(part)).toString('base64url'),
);

/** On the page's own origin. */
export const OF_ENDPOINTS: readonly Mistake[] = [
  {
    title: 'a 404',
    code: 'endpoint-missing',
    ...endpoint({ status: 404 }),
    says: ['WORLD/refresh answers 404', 'server.proxy'],
  },
  { title: 'a 405', code: 'endpoint-missing', ...endpoint({ status: 405 }), says: ['answers 405', "method: 'GET'"] },
  {
    title: 'a redirect',
    code: 'endpoint-redirects',
    ...endpoint({ status: 302, headers: { Location: '/login?secret-in-query' } }),
    says: ['WORLD/refresh redirects', 'slash', '401'],
  },
  {
    title: 'a fallback to index.html',
    code: 'endpoint-answers-html',
    ...endpoint(HTML),
    says: ['answers 200', 'index.html'],
  },
  {
    title: 'a token by another name',
    code: 'endpoint-gives-no-token',
    ...endpoint({ body: { jwt_token: 'secret-in-body', ttl: 300 } }),
    says: ['the keys jwt_token, ttl', 'readTokens'],
  },
  {
    title: 'plain text',
    code: 'endpoint-answers-no-json',
    ...endpoint({ body: 'secret-in-body' }),
    says: ['text/plain', 'readTokens'],
  },
  {
    title: 'an empty 204',
    code: 'endpoint-answers-no-json',
    ...endpoint({ status: 204 }),
    says: ['no content type', 'as a cookie'],
  },
  {
    title: 'a refusal that speaks of CSRF',
    code: 'csrf-refused',
    ...endpoint({ status: 403, body: { detail: 'CSRF Failed: CSRF token missing.', seen: 'secret-in-body' } }),
    says: ['answers 403', 'csrf: { cookie, header }'],
  },
  {
    title: 'a CSRF cookie that is missing',
    code: 'csrf-cookie-missing',
    ...endpoint({ status: 403, body: { detail: 'Forbidden', seen: 'secret-in-body' } }),
    play: async (world) => {
      const csrf = { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' };
      const refresh = window.silentRefresh.cookieRefresh({ url: `${world}/refresh`, csrf });
      const auth = await window.signIn(world, { refresh });
      await window.thrice(() => auth.refresh());
    },
    says: ['answers 403', 'HttpOnly'],
  },
  {
    title: 'a client that the server does not know',
    code: 'refresh-request-refused',
    ...endpoint({ status: 401, body: { error: 'invalid_client', error_description: 'secret-in-body' } }),
    says: ['(invalid_client)', 'its id'],
  },
  {
    title: 'a verdict that throws',
    code: 'option-failed',
    ...endpoint({ status: 401, body: { seen: 'secret-in-body' } }),
    play: async (world) => {
      const verdict = () => {
        throw new Error('secret-in-body');
      };
      const auth = await window.signIn(world, { verdict });
      await window.thrice(() => auth.refresh());
    },
    says: ['The option verdict threw'],
  },
  {
    title: 'tokens for DPoP',
    code: 'token-type-unsupported',
    ...endpoint({ body: { access_token: 'secret-in-body', token_type: 'DPoP', expires_in: 300 } }),
    says: ['DPoP', 'bearer'],
  },
  {
    title: 'no life left by expires_in',
    code: 'token-expired-on-arrival',
    ...endpoint({ body: { access_token: 'secret-in-body', expires_in: 0.3 } }),
    says: ['good for 0.3 s more, by expires_in'],
  },
  {
    title: 'no life left by the clocks',
    code: 'token-expired-on-arrival',
    ...endpoint({ body: { access_token: `${header}.${claims}.c2ln` } }),
    says: ['by exp and the Date header', 'clock'],
  },
  {
    title: 'tokens that live as long as a refresh takes',
    code: 'token-lifetime-short',
    ...endpoint({ body: { access_token: 'secret-in-body', expires_in: 1.1 }, slowness: 600 }),
    says: ['good for 1.1 s', 'takes 0.', '5 to 15 minutes'],
  },
  {
    title: 'a refresh that takes longer than callers wait',
    code: 'refresh-timeout-short',
    ...endpoint({ body: { access_token: 'secret-in-body', expires_in: 300 }, slowness: 300 }),
    play: async (world) => {
      const auth = await window.signIn(world, { refreshTimeout: 250 });
      // The second one, because the first one's answer is still to come.
      while (window.problems.length === 0) await auth.refresh().catch(() => {});
      await auth.refresh().catch(() => {});
    },
    says: ['Callers wait 0.3 s', 'refreshTimeout'],
  },
  {
    title: 'a cookie for another path',
    code: 'cookie-not-kept',
    world: { cookie: 'HttpOnly; Path=/elsewhere' },
    play: (world) => window.thrice(async () => (window.clients[0] ?? (await window.signIn(world))).refresh()),
    says: ["Path doesn't cover /world-", 'tab "Cookies"'],
  },
];

/** On the page's own origin. */
export const OF_REQUESTS: readonly Mistake[] = [
  {
    title: 'an API that refuses fresh tokens',
    code: 'fresh-token-refused',
    world: { mistakes: { '/api/never': { status: 401, body: { seen: 'secret-in-body' } } } },
    met: '/api/never',
    play: async (world) => {
      const auth = await window.signIn(world);
      await window.thrice(() => auth.fetch(`${world}/api/never?secret-in-query`));
    },
    says: ['GET WORLD/api/never refuses', '403', 'WWW-Authenticate'],
  },
  {
    title: 'a POST that is redirected to a 401',
    code: 'request-not-replayed',
    world: {
      mistakes: {
        '/api/orders': ({ path }) => ({ status: 303, headers: { Location: `${path}/api/list?secret-in-query` } }),
        '/api/list': { status: 401 },
      },
    },
    met: '/api/list',
    play: async (world) => {
      const auth = await window.signIn(world);
      await window.thrice(() => auth.fetch(`${world}/api/orders`, { method: 'POST', body: 'secret-in-body' }));
    },
    says: ['POST WORLD/api/orders was redirected', 'slash'],
  },
  {
    title: 'a minValidity of more than half the lifetime',
    code: 'min-validity-capped',
    play: async (world) => {
      const auth = await window.signIn(world);
      await window.thrice(() => auth.getAccessToken({ minValidity: 290_000 }));
    },
    says: ['minValidity: 290000', '150000 ms'],
  },
  {
    title: 'a login through auth.fetch',
    code: 'login-through-auth-fetch',
    met: '/login',
    play: async (world) => {
      const auth = await window.signIn(world);
      await window.thrice(() =>
        auth.fetch(`${world}/login?secret-in-query`, { method: 'POST', body: 'secret-in-body' }),
      );
    },
    says: ['POST WORLD/login answered with a token', 'auth.signIn(() => fetch('],
  },
  {
    title: 'a client that is made at each render',
    code: 'client-made-twice',
    play: (world) => window.thrice(() => void window.begin(world)),
    says: ["named 'WORLD' for WORLD/refresh", 'component', 'dispose()'],
  },
  {
    title: 'two clients of one name',
    code: 'name-for-two-endpoints',
    play: (world) => ['/one', '/two', '/three'].map((path) => window.begin(world + path, { name: 'default' })),
    says: ["named 'default', for WORLD/one/refresh and WORLD/two/refresh", "name: 'shop'"],
  },
  ...([{ status: 404 }, HTML, { status: 302, headers: { Location: '/' } }] satisfies Answer[]).map((answer, index) => ({
    title: `a sign-out endpoint that answers ${['404', 'HTML', 'with a redirect'][index]}`,
    code: 'sign-out-not-confirmed' as const,
    world: { mistakes: { '/logout': answer } },
    met: '/logout',
    play: async (world: string) => {
      const auth = await window.signIn(world);
      await window.thrice(() => auth.signOut());
    },
    says: [['WORLD/logout answers 404', 'WORLD/logout answers 200', 'WORLD/logout redirects'][index] ?? '', '204'],
  })),
];

/** Of an auth server, or an API, on another port. */
export const OF_OTHER_ORIGINS: readonly Mistake[] = [
  {
    title: 'a login without credentials',
    code: 'cookie-not-kept',
    world: { cors: RIGHT_CORS },
    play: async (world) => {
      const auth = await window.signIn(world, {}, { credentials: 'same-origin' });
      await window.thrice(() => auth.refresh());
    },
    says: ["without credentials: 'include'", 'Access-Control-Allow-Credentials'],
  },
  {
    title: 'CORS without credentials',
    code: 'endpoint-unreadable',
    world: { cors: { 'Access-Control-Allow-Origin': '*' } },
    met: '/preflight',
    play: async (world) => {
      const auth = await window.signIn(world, {}, { credentials: 'same-origin' });
      await window.thrice(() => auth.refresh());
    },
    says: [
      'any answer of WORLD/refresh',
      'Access-Control-Allow-Origin: PAGE',
      'Access-Control-Allow-Credentials: true',
    ],
  },
  {
    title: 'a Retry-After that is not exposed',
    code: 'retry-after-unreadable',
    ...endpoint({ status: 429, headers: { 'Retry-After': '1' } }),
    world: {
      cors: { ...RIGHT_CORS, 'Access-Control-Expose-Headers': 'Date' },
      mistakes: { '/refresh': { status: 429, headers: { 'Retry-After': '1' } } },
    },
    play: async (world) => {
      const auth = await window.signIn(world, { refreshTimeout: 300 });
      await window.thrice(() => auth.refresh());
    },
    says: ['WORLD/refresh answers 429', 'Access-Control-Expose-Headers: Retry-After'],
  },
  {
    title: 'an API that is not among allowedOrigins',
    code: 'origin-not-allowed',
    world: { cors: RIGHT_CORS },
    met: '/api/orders',
    play: async (world) => {
      const auth = await window.signIn(world);
      await window.thrice(() => auth.fetch(`${world}/api/orders?secret-in-query`));
    },
    says: ['WORLD/api/orders answers 401', "allowedOrigins: ['ORIGIN']"],
  },
];
