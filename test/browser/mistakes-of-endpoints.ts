/** What token endpoints answer where they are set up wrongly, on the page's own origin. */

import { endpoint, HTML, type Mistake } from './mistakes.ts';

const [header, claims] = [{ alg: 'none' }, { sub: 'ada', iat: 1_700_000_000, exp: 1_700_000_300 }].map((part) =>
  Buffer.from(JSON.stringify(part)).toString('base64url'),
);

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
