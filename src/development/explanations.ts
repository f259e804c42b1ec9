/** What each problem means for the app, why it comes about most often, and what to do. The console says it in development. */

import type { Problem, ProblemCode, ProblemDetails } from '../problems.js';
import { LOOPBACK } from '../safe-url.js';

export interface Explanation {
  /** What was seen, and what comes of it. */
  readonly what: string;
  /** The likely causes, the likeliest first. */
  readonly why: readonly string[];
  readonly remedy: string;
}

/** Where the page is, since many causes depend on it. */
export interface Surroundings {
  readonly page: URL;
}

const NOBODY = 'No access token can come from there, so nobody can be or stay signed in';
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const name = (url: string | undefined): string => url ?? 'Your refresh function';

type Explain<Code extends ProblemCode> = (problem: ProblemDetails[Code], surroundings: Surroundings) => Explanation;

const EXPLANATIONS: { readonly [Code in ProblemCode]: Explain<Code> } = {
  'endpoint-missing': ({ url, status }) => ({
    what: `${name(url)} answers ${status}. ${NOBODY}.`,
    why: [
      status === 404 ? 'The path is misspelt, or lacks a prefix such as /api.' : 'The endpoint takes another method.',
      'The development server has no proxy for this path.',
    ],
    remedy:
      'Correct the option refresh: cookieRefresh({ url, method }) takes both. In Vite, forward the path with server.proxy.',
  }),
  'endpoint-redirects': ({ url }) => ({
    what: `${name(url)} redirects, and the redirect isn't followed. ${NOBODY}.`,
    why: [
      'A slash at the end of the path is missing, or one too many.',
      'The server sends visitors to a login page instead of answering 401.',
      'The server sends http to https, or to another host.',
    ],
    remedy: 'Name the address that answers in the option refresh, and let it answer 401 where there is no session.',
  }),
  'endpoint-answers-html': ({ url, status }) => ({
    what: `${name(url)} answers ${status} with an HTML page. ${NOBODY}.`,
    why: [
      'The path isn’t routed to the auth server, and index.html is the fallback for every unknown path.',
      'A login page, or a page of the network (a hotel’s, say), answers instead.',
    ],
    remedy:
      'Route the path of the option refresh to the auth server; in Vite, with server.proxy. Where it runs on another origin, give the whole URL.',
  }),
  'endpoint-answers-no-json': ({ url, contentType }) => ({
    what: `${name(url)} answers 2xx with ${contentType || 'no content type'}, which is not JSON. ${NOBODY}.`,
    why: ['The endpoint answers with an empty body, and sets the access token as a cookie.', 'It is another endpoint.'],
    remedy: 'Let it answer with JSON, {"access_token", "expires_in"}, or find the token with the option readTokens.',
  }),
  'endpoint-gives-no-token': ({ url, keys }) => ({
    what: `${name(url)} answers 2xx, but no access token was found: the answer has ${keys}. ${NOBODY}.`,
    why: [
      'The access token has another name, or lies deeper.',
      'The option readTokens found none, or threw an error.',
      'It comes in the header Authorization, and CORS doesn’t expose that (Access-Control-Expose-Headers: Authorization).',
    ],
    remedy:
      'Say where it is: readTokens: (body) => ({ accessToken: body.…, expiresIn: body.… }). The names that are understood without it are in the table of docs/server.md.',
  }),
  'token-type-unsupported': ({ url, why }) => ({
    what: `${name(url)} gives tokens that can't be used: ${why}.`,
    why: ['The client is registered for another kind of token at the authorization server.'],
    remedy: 'Let the server issue bearer access tokens (RFC 6750).',
  }),
  'endpoint-unreadable': ({ url }, { page }) => ({
    what: `No answer of ${name(url)} could be read from ${page.origin}, though the browser is online.`,
    why: [
      `Its CORS headers don't allow ${page.origin} with credentials. The network panel then shows an answer, and the console a CORS error.`,
      'Its CORS settings refuse the header X-Requested-With in the preflight.',
      'The server isn’t running, or its certificate isn’t trusted.',
    ],
    remedy: `Let it answer Access-Control-Allow-Origin: ${page.origin} (no *), Access-Control-Allow-Credentials: true and Access-Control-Allow-Headers: X-Requested-With; or serve it under the page's own origin.`,
  }),
  'retry-after-unreadable': ({ url, status }) => ({
    what: `${name(url)} answers ${status}, and the page can't read for how long. The client backs off by a rule of its own.`,
    why: ['CORS doesn’t expose Retry-After.', 'The answer has none.'],
    remedy: 'Let the server send Retry-After, and Access-Control-Expose-Headers: Retry-After.',
  }),
  'csrf-refused': ({ url, status }) => ({
    what: `${name(url)} refuses the request (${status}) because of CSRF. The session goes on, but can't be refreshed.`,
    why: [
      'The server wants a CSRF token that the request doesn’t have.',
      'The page’s origin isn’t among those that the server trusts.',
    ],
    remedy:
      "Use cookieRefresh({ url, csrf: { cookie, header } }) with the names that your server uses, and give signOut the same csrf. Or let the server take the header X-Requested-With as proof, and trust this page's origin.",
  }),
  'csrf-cookie-missing': ({ url, status }) => ({
    what: `${name(url)} refuses the request (${status}), and the cookie of the option csrf isn't there to be sent.`,
    why: [
      'The cookie is HttpOnly, or its Path or Domain hides it from this page.',
      'The server sets it only on some pages, and this one isn’t among them.',
      'It has expired before the session.',
    ],
    remedy:
      'Let the server set it, readable by scripts and with Path=/, at least at sign-in and with each refresh. In Django, ensure_csrf_cookie sets it.',
  }),
  'refresh-request-refused': ({ url, word }) => ({
    what: `${name(url)} says that the request is wrong${word && ` (${word})`}, not that the session is over. Nobody is signed out, and nobody can refresh.`,
    why: [
      'The client id, its secret or its grant types are wrong at the server.',
      'A field or a content type that it wants is missing.',
    ],
    remedy: 'Compare what is sent (network panel) with what the server wants: bodyRefresh has options for each part.',
  }),
  'option-failed': ({ option }) => ({
    what: `The option ${option} threw an error, or gave something that it may not give. The answer counts as of no use.`,
    why: ['The answer has another shape than the function expects: an error answer, say.'],
    remedy: `Let ${option} return undefined for whatever it doesn't know: then the built-in rule decides. It can't be async.`,
  }),
  'token-expired-on-arrival': ({ url, left, evidence }) => ({
    what: `${name(url)} gave a token that has ${seconds(left)} left by ${evidence}. It is of no use.`,
    why: [
      'expires_in is in milliseconds or minutes, or a date: it counts seconds.',
      'The server’s clock is wrong, and its Date header with it.',
      'The server hands out a cached token.',
    ],
    remedy: 'Correct expires_in, exp, iat or the clock at the server. npx silent-refresh check compares them.',
  }),
  'token-lifetime-short': ({ url, lifetime, took }) => ({
    what: `The access tokens of ${name(url)} live for ${seconds(lifetime)}, and it takes ${seconds(took)} to fetch one. Requests will wait all the time.`,
    why: ['A lifetime in seconds was taken for minutes at the server.', 'It is a value from a test.'],
    remedy: 'Give access tokens 5 to 15 minutes.',
  }),
  'cookie-not-kept': ({ url }, { page }) => ({
    what: `The first refresh after the sign-in was refused, and the user is signed out: the browser has kept no refresh token's cookie for ${name(url)}, or doesn't send it.`,
    why: cookieCauses(url, page),
    remedy:
      'Look at the answer to the login in the network panel: its tab "Cookies" says why a cookie was refused. npx silent-refresh check reads the flags, too.',
  }),
  'refresh-timeout-short': ({ url, took, refreshTimeout }) => ({
    what: `A refresh at ${name(url)} took ${seconds(took)}, and callers wait ${seconds(refreshTimeout)} (refreshTimeout): they got an error.`,
    why: ['The endpoint is slow: a server that sleeps when idle, a password hash at each refresh.'],
    remedy: 'Make the endpoint faster, or raise the option refreshTimeout.',
  }),
  'min-validity-capped': ({ asked, used }) => ({
    what: `getAccessToken({ minValidity: ${asked} }) asks for more than half of a token's lifetime; ${Math.round(used)} is used.`,
    why: ['minValidity counts milliseconds.', 'Tokens live shorter here than in production.'],
    remedy: 'Ask for less than half of the lifetime: else each call would refresh.',
  }),
  'origin-not-allowed': ({ url, origin }, { page }) => ({
    what: `${url} answers 401. The request had no access token, since tokens go to ${page.origin} alone, and to allowedOrigins.`,
    why: [
      origin === page.origin
        ? 'An entry of allowedOrigins narrows this origin to a path, and this URL is elsewhere.'
        : 'The API is on another origin: another port is one, too.',
    ],
    remedy: isSafe(origin, page)
      ? `If it may have the token, add it: allowedOrigins: ['${origin}']. If not, use plain fetch.`
      : `Tokens go to https and to loopback only: serve the API by https, then add it to allowedOrigins.`,
  }),
  'request-not-replayed': ({ method, url }) => ({
    what: `${method} ${url} was redirected, and met a 401 there. It isn't sent again: the server may have processed it.`,
    why: [
      'A slash at the end of the path is missing.',
      'The server redirects after a POST, and the next page wants a newer token.',
    ],
    remedy: 'Call the address that answers.',
  }),
  'fresh-token-refused': ({ method, url }) => ({
    what: `${method} ${url} answers 401 to an access token that has just been refreshed. Its 401s come back as they are, without a refresh, for 30 s.`,
    why: [
      'The API means "you may not" (403), not "your token is no good" (401).',
      'The API checks the token otherwise than the auth server makes it: another key, issuer or audience, a clock that is off.',
      'A step-up challenge that CORS hides: Access-Control-Expose-Headers: WWW-Authenticate.',
      'A proxy removes the header Authorization.',
    ],
    remedy: 'Read the 401: its body or its WWW-Authenticate header often says why.',
  }),
  'sign-out-not-confirmed': ({ url, status }) => ({
    what: `${url} ${status ? `answers ${status}` : 'redirects'}, not with a success: the session's cookie may still be there, and the next page load signs in again.`,
    why: [
      'The path or the method is wrong.',
      'The path isn’t routed to the auth server, and index.html is the fallback.',
      'It wants a CSRF token: signOut: { url, csrf }.',
    ],
    remedy: 'Correct the option signOut. The endpoint answers 2xx, 204 say, and doesn’t redirect.',
  }),
  'no-web-locks': ({ isSecureContext }) => ({
    what: 'This page has no Web Locks: tabs refresh side by side, and a server without an overlap takes that for theft.',
    why: [missing(isSecureContext)],
    remedy: 'Serve the page by https, or from localhost. See docs/limits.md for what still works.',
  }),
  'no-broadcast-channel': ({ isSecureContext }) => ({
    what: 'This page has no BroadcastChannel: each tab fetches access tokens of its own, and hears of a sign-out later.',
    why: [missing(isSecureContext)],
    remedy: 'Nothing, if that was intended. See docs/limits.md for what still works.',
  }),
};

const missing = (isSecureContext: boolean): string =>
  isSecureContext
    ? 'The page is in a sandboxed frame, or a test’s page.'
    : 'The page was loaded by plain http from another host than localhost.';

const isSafe = (origin: string, page: URL): boolean => {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || LOOPBACK.test(hostname) || origin === page.origin;
};

/** Those that are possible here. */
function cookieCauses(url: string | undefined, page: URL): string[] {
  const endpoint = url ? new URL(url) : page;
  const isElsewhere = endpoint.origin !== page.origin;
  const isOtherHost = endpoint.hostname !== page.hostname;
  return [
    ...(endpoint.protocol === 'http:'
      ? [
          'The cookie is Secure, and this is plain http. Safari refuses such a cookie even on localhost; so does every browser elsewhere.',
        ]
      : []),
    ...(isElsewhere
      ? [
          "The login request was sent without credentials: 'include', so its cookie was dropped.",
          'The login answers without Access-Control-Allow-Credentials: true.',
        ]
      : []),
    ...(isOtherHost
      ? [
          'The cookie is SameSite=Lax or Strict, or has none (which means Lax), and the endpoint is on another site.',
          'The browser blocks cookies of other sites: serve the auth server from a subdomain of the page’s site.',
        ]
      : []),
    `The cookie's Path doesn't cover ${endpoint.pathname}.`,
    'The login endpoint sets no cookie of its own, or sets one with another name than the refresh reads.',
    'The login request was mocked, or was sent by a server.',
  ];
}

/** The problem as the console says it. */
export function explain(problem: Problem, surroundings: Surroundings): string {
  const { what, why, remedy } = (EXPLANATIONS[problem.code] as Explain<ProblemCode>)(problem as never, surroundings);
  const causes = why.map((cause) => `\n  - ${cause}`).join('');
  return `${what}\nLikely:${causes}\nTo do: ${remedy}\n${readOn(problem.code)}`;
}

/** The package has its docs with it. */
export const readOn = (code: string): string => `More: node_modules/silent-refresh/docs/troubleshooting.md#${code}`;
