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

const NOBODY = 'No access token can come from there, so nobody can stay signed in';
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const name = (url: string | undefined): string => url ?? 'Your refresh function';

type Explain<Code extends ProblemCode> = (problem: ProblemDetails[Code], surroundings: Surroundings) => Explanation;

const EXPLANATIONS: { readonly [Code in ProblemCode]: Explain<Code> } = {
  'endpoint-missing': ({ url, status }) => ({
    what: `${name(url)} answers ${status}. ${NOBODY}.`,
    why: [
      ...(status === 404
        ? []
        : ["The endpoint doesn't take this method. The client sends POST, unless you say otherwise."]),
      'The path is misspelt, or a prefix such as /api is missing.',
      'The development server has no proxy for this path, and answers by itself.',
      'The auth server runs on another port. Then the option refresh needs its whole URL.',
    ],
    remedy: `Correct the path in the option refresh. In Vite, server.proxy forwards a path to your server.${
      status === 404 ? '' : " For another method: refresh: cookieRefresh({ url, method: 'GET' })."
    }`,
  }),
  'endpoint-redirects': ({ url }) => ({
    what: `${name(url)} redirects, and the client doesn't follow redirects there. ${NOBODY}.`,
    why: [
      'The path lacks a slash at the end, or has one too many.',
      'The server sends visitors to a login page. It should answer 401.',
      'The server redirects http to https, or to another host.',
    ],
    remedy:
      'Put the address that answers at last into the option refresh. Where there is no session, let it answer 401.',
  }),
  'endpoint-answers-html': ({ url, status }) =>
    status < 300
      ? {
          what: `${name(url)} answers ${status} with an HTML page. ${NOBODY}.`,
          why: [
            "The path isn't routed to the auth server. Many servers give index.html for every path that they don't know.",
            'The auth server answers with its login page.',
            'Something between answers: a proxy, or the login page of a public network.',
          ],
          remedy:
            'Route the path of the option refresh to the auth server. In Vite, server.proxy does it. If the auth server is on another origin, give its whole URL.',
        }
      : {
          what: `${name(url)} answers ${status} with an HTML page. A proxy or a firewall may have sent it, so it ends no session: a visitor stays restoring.`,
          why: [
            "The auth server refuses with its framework's error page.",
            'It is the page of a CSRF failure.',
            'A proxy or a firewall refuses the request.',
          ],
          remedy:
            'Let the token endpoint refuse without HTML: with JSON, or with an empty body. Then a 401 means that nobody is signed in. Against CSRF failures there is the option csrf of cookieRefresh.',
        },
  'endpoint-answers-no-json': ({ url, contentType }) => ({
    what: `${name(url)} answers with success, but with ${contentType || 'no content type'}, and no JSON in it. ${NOBODY}.`,
    why: [
      'The endpoint answers with an empty body, and sets the access token as a cookie.',
      'The URL is that of another endpoint.',
      'The access token comes in a form that the client must be told of.',
    ],
    remedy:
      'Let it answer with JSON: {"access_token": "…", "expires_in": 300}. Or read the token yourself, with the option readTokens.',
  }),
  'endpoint-gives-no-token': ({ url, keys }) => ({
    what: `${name(url)} answers with success, but no access token was found. The answer has ${keys}. ${NOBODY}.`,
    why: [
      'The access token has another name, or stands deeper in the answer.',
      'The option readTokens found none, or threw an error.',
      'The token comes in the header Authorization, and CORS hides it. That needs Access-Control-Expose-Headers: Authorization.',
    ],
    remedy:
      'Say where it is: readTokens: (body) => ({ accessToken: body.…, expiresIn: body.… }). The docs list the names that are understood without that: node_modules/silent-refresh/docs/server.md.',
  }),
  'token-type-unsupported': ({ url, why }) => ({
    what: `${name(url)} gives tokens that can't be used: ${why}.`,
    why: [
      'At the authorization server, this app is registered for another kind of token.',
      'The answer was meant for sign-in, and holds an ID token only.',
    ],
    remedy: 'Let the server issue bearer access tokens (RFC 6750).',
  }),
  'endpoint-unreadable': ({ url }, { page }) => ({
    what: `The page at ${page.origin} couldn't read any answer of ${name(url)}, though the browser is online.`,
    why: [
      `The server's CORS headers don't allow ${page.origin} with credentials. Then the console shows a CORS error, too.`,
      'Its CORS settings refuse the header X-Requested-With.',
      "The server isn't running, or its certificate isn't trusted.",
    ],
    remedy: `Let the server answer Access-Control-Allow-Origin: ${page.origin} (not *), Access-Control-Allow-Credentials: true and Access-Control-Allow-Headers: X-Requested-With. Or serve it under the page's own origin.`,
  }),
  'retry-after-unreadable': ({ url, status }) => ({
    what: `${name(url)} answers ${status}, and the page can't read how long to wait. So the client chooses the pause itself.`,
    why: ['CORS hides the header Retry-After from the page.', 'The answer has no Retry-After.'],
    remedy: 'Let the server send Retry-After, and Access-Control-Expose-Headers: Retry-After.',
  }),
  'csrf-refused': ({ url, status }) => ({
    what: `${name(url)} answers ${status}, and speaks of CSRF or of the origin. That ends no session, and none can be refreshed or restored.`,
    why: [
      'The server wants a CSRF token, and the request has none.',
      "The page's origin isn't among those that the server trusts.",
    ],
    remedy:
      "Send the CSRF token: refresh: cookieRefresh({ url, csrf: { cookie, header } }), with the names that your server uses. Give the option signOut the same csrf. Or let the server accept the header X-Requested-With instead, and trust this page's origin.",
  }),
  'csrf-cookie-missing': ({ url, status }) => ({
    what: `${name(url)} answers ${status}. The cookie that the option csrf names isn't there, so no CSRF token was sent.`,
    why: [
      'The server sets the cookie on some pages only, and this page is not one of them.',
      'The cookie is HttpOnly, or its Path or Domain hides it from this page.',
      'The cookie has expired before the session.',
      'The option csrf names another cookie than the server sets.',
      'Nobody has signed in yet. Then this is harmless.',
    ],
    remedy:
      'Let the server set the cookie at sign-in and with each refresh, readable by scripts and with Path=/. It should live as long as the session.',
  }),
  'refresh-request-refused': ({ url, word }) => ({
    what: `${name(url)} says that the request is wrong${word && ` (${word})`}. It doesn't say that the session is over. So nobody is signed out, but nobody can refresh.`,
    why: [
      "The server doesn't accept the client: its id, its secret or its grant types.",
      'The request lacks a field, a content type or an API key that the server wants.',
    ],
    remedy:
      'Compare the request in the network panel with what the server wants. cookieRefresh has the option headers, and bodyRefresh has options for each part of the request.',
  }),
  'option-failed': ({ option }) =>
    option === 'refresh'
      ? {
          what: "Your refresh function gave a Response whose body has been read. So the answer of the server wasn't used.",
          why: ['It calls response.json() or response.text(), and then returns the response.'],
          remedy: 'Return the response with its body unread, or the parsed JSON. To look at it, read response.clone().',
        }
      : {
          what: `The option ${option} threw an error, or gave something that it may not give. So the answer of the server wasn't used.`,
          why: [
            'The answer has another shape than your function expects. An error answer, for example.',
            'The function is async.',
          ],
          remedy: `Let ${option} return undefined for what it doesn't know: then the built-in rule decides. It can't be async.`,
        },
  'expires-in-unreadable': ({ url }) => ({
    what: `The expires_in of ${name(url)} is no number. Without one, and without an exp in the token, nobody knows when to refresh. So such a token is not used.`,
    why: [
      'The server gives a duration in words, such as "15m", or a date.',
      'The option readTokens gives another field as expiresIn.',
    ],
    remedy: 'Give the lifetime in seconds (RFC 6749 §5.1), or convert it in readTokens.',
  }),
  'token-expired-on-arrival': ({ url, left, evidence }) => ({
    what: `${name(url)} gave a token that is good for ${seconds(left)} more, by ${evidence}. Such a token is not used.`,
    why: [
      'expires_in counts seconds. A fraction, or a date in the past, is a mistake.',
      "The server's clock is wrong, or the clocks of two servers differ.",
      'The server gives out an old token again.',
    ],
    remedy: 'Correct expires_in, exp, iat or the clock at the server. npx silent-refresh check compares them.',
  }),
  'token-lifetime-short': ({ url, lifetime, took, claimed }) =>
    claimed
      ? {
          what: `The access tokens of ${name(url)} are good for ${seconds(claimed)} by exp and iat, but only for ${seconds(lifetime)} by exp and the Date header. The least counts, so they are refreshed too often.`,
          why: [
            'The clocks of two servers differ: of the one that writes exp and iat, and of the one that sets the Date header. That may be a proxy.',
            'The server gives out old tokens again and again.',
          ],
          remedy: 'Correct the clocks. npx silent-refresh check compares them.',
        }
      : {
          what: `The access tokens of ${name(url)} are good for ${seconds(lifetime)}, and it takes ${seconds(took)} to get one. So requests wait again and again.`,
          why: [
            'The server counts the lifetime in seconds, and minutes were meant.',
            'The lifetime was made short for a test.',
          ],
          remedy: 'Give access tokens a lifetime of 5 to 15 minutes.',
        },
  'cookie-not-kept': ({ url }, { page }) => ({
    what: `A user has signed in, and the first refresh after that was refused. So they are signed out. Most likely the browser didn't keep the cookie of the refresh token, or doesn't send it to ${url ?? 'your refresh function'}.`,
    why: cookieCauses(url, page),
    remedy:
      'Open the answer to the login in the network panel, tab "Cookies". It says why a cookie was refused. npx silent-refresh check reads the flags of the cookie, too.',
  }),
  'refresh-timeout-short': ({ url, took, refreshTimeout }) => ({
    what: `A refresh at ${name(url)} took ${seconds(took)}. Callers wait ${seconds(refreshTimeout)} only (refreshTimeout), then they get an error. After three times as long the refresh is given up.`,
    why: [
      'The endpoint is slow: the server sleeps when idle, or hashes a password at each refresh.',
      'Over HTTP/1.1 the refresh had to wait for slow requests to the same server.',
      'The endpoint never answers: it waits for something itself, such as its database.',
    ],
    remedy: 'Make the endpoint faster, or raise the option refreshTimeout.',
  }),
  'min-validity-capped': ({ asked, used }) => ({
    what: `getAccessToken({ minValidity: ${asked} }) asks for more than half of a token's lifetime. ${Math.round(used)} ms are used.`,
    why: ['minValidity counts milliseconds.', 'Tokens have a shorter lifetime here than in production.'],
    remedy: 'Ask for less than half of the lifetime. Otherwise each call would refresh.',
  }),
  'origin-not-allowed': ({ url, origin }, { page }) => ({
    what: `${url} answers 401. The request had no access token: tokens go to ${page.origin} only, and to what the option allowedOrigins names.`,
    why: [
      origin === page.origin
        ? 'An entry of allowedOrigins limits this origin to a path, and this URL is outside of that path.'
        : 'The API is on another origin than the page. Another port is another origin.',
    ],
    remedy: isSafe(origin, page)
      ? `If ${origin} may have the token, add it: allowedOrigins: ['${origin}']. If not, call it with plain fetch.`
      : 'Tokens go to https and to loopback only. Serve the API by https, then add it to allowedOrigins.',
  }),
  'request-not-replayed': ({ method, url }) => ({
    what: `${method} ${url} was redirected, and the answer there was 401. The client doesn't send it again: the server may have processed it already.`,
    why: [
      'The path lacks a slash at the end, or has one too many.',
      'The server processes the request, then redirects to a page that refuses the token.',
    ],
    remedy: 'Call the address that answers, so that there is no redirect.',
  }),
  'fresh-token-refused': ({ method, url }) => ({
    what: `${method} ${url} refuses an access token that has just been refreshed. For 30 s you get its 401s as they are, without a refresh.`,
    why: [
      'The API means "you may not do this". That is 403, not 401.',
      'The API checks tokens in another way than the auth server makes them: another key, issuer or audience, or a clock that is wrong.',
      'A proxy removes the header Authorization, or the API reads another header.',
      'The API wants a fresher sign-in, and CORS hides that. It needs Access-Control-Expose-Headers: WWW-Authenticate.',
    ],
    remedy: 'Read the 401 in the network panel. Its body, or its header WWW-Authenticate, often says why.',
  }),
  'sign-out-not-confirmed': ({ url, status }) => ({
    what: `${url} ${status ? `answers ${status}` : 'redirects'}, which doesn't confirm the sign-out. The cookie may still be there. Then the next page load signs the user in again. (Or, where it revokes the refresh token, that may still be good.)`,
    why: [
      'The path or the method is wrong. The client sends POST, unless you say otherwise.',
      "The path isn't routed to the auth server, and index.html came instead.",
      'The endpoint wants a CSRF token: signOut: { url, csrf }. Or the cookie that csrf names is missing.',
      'The endpoint redirects to a page. It should answer 204.',
    ],
    remedy:
      'Correct the option signOut (or revoke, of bodyRefresh), or let the endpoint answer 204. A redirect and an HTML page confirm nothing.',
  }),
  'hint-cookie-missing': ({ cookie }) => ({
    what: `Somebody is signed in, and this page sees no cookie '${cookie}' (hintCookie). So the option saves no request here. In a browser that hasn't signed in with this page before, a user with a session counts as a visitor.`,
    why: [
      'The cookie is HttpOnly: scripts must be able to read it.',
      'It has no Path=/, so that only pages below the path of the token endpoint see it.',
      'The server sets it on another host, and without Domain.',
      'The server gives it another name, or sets it at the sign-in only, and not at each refresh.',
    ],
    remedy:
      'Compare its flags in the browser under Application, Cookies, with node_modules/silent-refresh/docs/server.md, "A hint cookie". Or leave the option out.',
  }),
  'no-web-locks': ({ isSecureContext }) => ({
    what: 'This page has no Web Locks, so tabs refresh at the same time. Without an overlap, the server takes that for theft, and signs the user out.',
    why: [
      isSecureContext
        ? 'The page is in a sandboxed frame without allow-same-origin, or in a test without a real browser.'
        : 'The page was loaded by plain http, and not from localhost.',
    ],
    remedy: `${isSecureContext ? 'Give the frame allow-same-origin' : 'Serve the page by https, or from localhost'}. What works without is in node_modules/silent-refresh/docs/limits.md.`,
  }),
  'no-broadcast-channel': () => ({
    what: 'This page has no BroadcastChannel. Each tab fetches access tokens of its own, and hears later of a sign-out in another tab.',
    why: [
      'The page is in a sandboxed frame, in an old web view, or in a test without a real browser.',
      'A script or an extension has removed BroadcastChannel.',
    ],
    remedy: 'Nothing, if that was intended. What works without is in node_modules/silent-refresh/docs/limits.md.',
  }),
};

const isSafe = (origin: string, page: URL): boolean => {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || LOOPBACK.test(hostname) || origin === page.origin;
};

/** Those that are possible here. */
function cookieCauses(url: string | undefined, page: URL): string[] {
  const endpoint = url ? new URL(url) : page;
  const isElsewhere = endpoint.origin !== page.origin;
  const isOtherHost = endpoint.hostname !== page.hostname;
  const isHttp = endpoint.protocol === 'http:';
  const isLoopback = LOOPBACK.test(endpoint.hostname);
  return [
    ...(isHttp && !isLoopback ? ['The cookie is Secure, and this is plain http. Browsers refuse such a cookie.'] : []),
    ...(isElsewhere
      ? [
          "The login request was sent without credentials: 'include'. Then the browser drops its cookie.",
          'The login was answered without Access-Control-Allow-Credentials: true.',
        ]
      : []),
    ...(isOtherHost
      ? [
          'The cookie is SameSite=Lax or Strict, or has no SameSite (which means Lax), and the endpoint is on another site.',
          "The browser blocks cookies of other sites. Serve the auth server from the page's own site.",
        ]
      : []),
    `The cookie's Path doesn't cover ${endpoint.pathname}.`,
    'The login sets no cookie, or sets one with another name than the refresh reads.',
    ...(isHttp && isLoopback
      ? ['The cookie is Secure, and this is plain http. Safari refuses such a cookie, even from localhost.']
      : []),
    'Something else has ended the session: a restart of the server, or a sign-out that went past auth.signOut().',
    'The login was mocked, or was sent by a server.',
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
