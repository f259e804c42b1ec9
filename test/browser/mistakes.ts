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

/** A token endpoint that answers so. */
export const endpoint = (answer: Answer): Pick<Mistake, 'world' | 'met' | 'play'> => ({
  world: { mistakes: { '/refresh': answer } },
  met: '/refresh',
  play: async (world) => {
    const auth = await window.signIn(world);
    await window.thrice(() => auth.refresh());
  },
});

export const HTML = { headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><p>secret-in-body' };
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
