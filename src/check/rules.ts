/** What of the contract is checked: what holds, what to do where it doesn't, and where docs/server.md says so. */

import type { CheckOptions } from './arguments.js';

export interface Rule {
  /** What holds where it is kept. */
  readonly title: string;
  readonly todo: string;
  /** With `--body`, where the other one speaks of cookies. */
  readonly todoForBody?: string | undefined;
  /** A heading of docs/server.md. */
  readonly section: string;
}

const CONTRACT = 'what-your-server-must-do';
const ANSWERS = 'how-the-client-reads-your-answers';
const KEEP_IN_COOKIE = 'Set-Cookie: …; HttpOnly; Secure; SameSite=Strict; Path=/auth; Max-Age=…';

const HINT = 'a-hint-cookie';
const KEEP_AS_HINT = 'Set-Cookie: has_session=…; Path=/; Secure; SameSite=Lax; Max-Age=…';

const rule = (section: string, title: string, todo: string, todoForBody?: string): Rule => ({
  title,
  todo,
  todoForBody,
  section,
});

/** In the order in which they are told. */
export const RULES = {
  'no-session': rule(
    CONTRACT,
    'without a refresh token the answer is 401',
    'Answer 401 with JSON, also where a proxy or a single-page app has a catch-all route.',
  ),
  'sign-in': rule(
    CONTRACT,
    'the refresh token of the sign-in goes to the token endpoint',
    "Let the cookie's Path and Domain cover the token endpoint.",
  ),
  token: rule(
    ANSWERS,
    'a refresh gives a token that the client understands',
    'Answer 200 with {"access_token", "token_type": "Bearer", "expires_in"}, or see the option readTokens.',
    'Answer 200 with {"access_token", "token_type": "Bearer", "expires_in"}. --body says how the request names the token.',
  ),
  lifetime: rule(CONTRACT, 'the access token lives for a few minutes', 'Let it live for 5 to 15 minutes.'),
  subject: rule(
    'whose-token-it-is',
    'the access token says whose it is',
    'Put a sub into the JWT, or use the option subject: else each new sign-in counts as another user.',
  ),
  claims: rule(
    'a-tokens-lifetime',
    'exp, iat, expires_in and Date agree',
    'Compute all of them from one clock and one lifetime: the client goes by the least.',
  ),
  'no-store': rule(CONTRACT, 'no cache may keep the answer', 'Send Cache-Control: no-store.'),
  date: rule('cors', 'the answer has a Date', 'Send the Date header (RFC 9110 §6.6.1): the client counts exp from it.'),
  clock: rule(
    'a-tokens-lifetime',
    "the server's clock is right",
    "Correct the clock that is wrong: the server's or that of this machine.",
  ),
  rotation: rule(
    CONTRACT,
    'each refresh gives another refresh token',
    'Spend the old one, and set a new one.',
    'Spend the old one, and give a new one.',
  ),
  'cookie-http-only': rule(CONTRACT, 'no script can read the cookie: HttpOnly', KEEP_IN_COOKIE),
  'cookie-secure': rule(CONTRACT, 'the cookie goes over https alone: Secure', KEEP_IN_COOKIE),
  'cookie-same-site': rule(CONTRACT, 'the cookie stays on its site: SameSite', KEEP_IN_COOKIE),
  'cookie-path': rule(
    CONTRACT,
    "the cookie goes to the auth server's paths alone",
    'Set Path=/auth, or the prefix __Host- with Secure, Path=/ and no Domain.',
  ),
  'cookie-domain': rule(CONTRACT, 'the cookie goes to one host: no Domain', 'Leave Domain out.'),
  'cookie-expiry': rule(
    CONTRACT,
    'the cookie has an expiry',
    'Set Max-Age or Expires: else the session ends with the browser.',
  ),
  'cookie-size': rule(
    CONTRACT,
    'the cookie is smaller than 4 kB',
    "Keep the session's data on the server: browsers drop a larger cookie.",
  ),
  'hint-set': rule(
    HINT,
    'the hint cookie comes with the refresh token',
    'Set it in each answer that sets the refresh token, after that one.',
  ),
  'hint-readable': rule(HINT, 'scripts can read the hint cookie: no HttpOnly', KEEP_AS_HINT),
  'hint-reach': rule(HINT, 'the hint cookie is there on each page', 'Set Path=/.'),
  'hint-secure': rule(HINT, 'the hint cookie goes over https alone: Secure', KEEP_AS_HINT),
  'hint-same-site': rule(HINT, 'the hint cookie has a fitting SameSite', KEEP_AS_HINT),
  'hint-expiry': rule(
    HINT,
    'the hint cookie lasts as long as the refresh token',
    "Set the Max-Age of the refresh token's cookie.",
  ),
  'hint-value': rule(
    HINT,
    'each refresh gives the hint cookie another value',
    'Make its value of the session, a dot, and another text for each refresh token.',
  ),
  'hint-secret': rule(
    HINT,
    'the hint cookie holds no token',
    'Make it of a random text, a number or a hash, and of no part of a token.',
  ),
  'wrong-token': rule(
    CONTRACT,
    'an unknown refresh token gets a 401',
    'Answer 401 with JSON, whatever the cookie holds.',
    'Answer 401 with JSON, or 400 with {"error": "invalid_grant"}, whatever the token is.',
  ),
  forgery: rule('csrf', 'a request that a form of another site can send is refused', 'Require X-Requested-With.'),
  get: rule('csrf', 'GET refreshes nothing', 'Refresh for POST only: a link of another site is a GET.'),
  overlap: rule(
    CONTRACT,
    'a token that was just spent gets the same answer again',
    'Accept it for a few more seconds, and set the same new cookie again: an answer can be lost.',
    'Accept it for a few more seconds, and give the same new refresh token again: an answer can be lost.',
  ),
  'at-once': rule(
    CONTRACT,
    'two refreshes at once both get a token, and the session lives',
    'Accept a token that was just spent for a few more seconds: a tab may die in mid-refresh.',
  ),
  'hint-session': rule(
    HINT,
    'each sign-in gives the hint cookie another session',
    'Let the part before the first dot be another text for each sign-in.',
  ),
  cors: rule('cors', "the page's origin, and no other, may call", 'Give --origin.'),
  'cors-preflight': rule(
    'cors',
    'the preflight allows the request',
    'Allow the exact origin, credentials and X-Requested-With.',
    "Allow the page's origin and Content-Type.",
  ),
  'cors-answer': rule(
    'cors',
    'the page may read the answer',
    'Send the exact Access-Control-Allow-Origin, and Access-Control-Allow-Credentials: true.',
    "Send Access-Control-Allow-Origin with the page's origin.",
  ),
  'cors-refusal': rule('cors', 'the page may read a 401', 'Give the CORS headers to 401s too.'),
  'cors-expose': rule(
    'cors',
    'the page may read Date and Retry-After',
    'Send Access-Control-Expose-Headers: Date, Retry-After.',
  ),
  'cors-foreign': rule(
    'cors',
    "another origin isn't allowed with credentials",
    "Compare Origin with a list of exact origins, and don't reflect it.",
  ),
  'sign-out': rule(
    CONTRACT,
    'the sign-out is confirmed by a 2xx',
    "Answer any 2xx that isn't an HTML page, such as 204.",
    "Answer any 2xx that isn't an HTML page, such as 204. --sign-out-body says how the request names the token.",
  ),
  'sign-out-cookie': rule(
    CONTRACT,
    'the sign-out deletes the cookie',
    'Set the cookie with Max-Age=0, and with the Path, Domain and Partitioned that it was set with.',
  ),
  'hint-sign-out': rule(
    HINT,
    'the sign-out deletes the hint cookie',
    'Set it with Max-Age=0, and with the Path, Domain and Partitioned that it was set with.',
  ),
  'sign-out-session': rule(
    CONTRACT,
    'a refresh token is refused after the sign-out',
    "Revoke the session on the server. The cookie's Path must cover the sign-out, too.",
    'Revoke the refresh token, and all that descends from it. --sign-out-body says how the request names it.',
  ),
  'hint-refusal': rule(
    HINT,
    'a refusal of the refresh token deletes the hint cookie',
    'Delete both cookies in each answer that refuses a refresh: set them with Max-Age=0.',
  ),
  reuse: rule(
    CONTRACT,
    'a spent token is refused after the overlap',
    'Answer 401 to a spent token: one of its two holders may be a thief (RFC 9700 §4.14.2).',
  ),
  'reuse-family': rule(
    CONTRACT,
    'after a reuse the newest token is refused, too',
    'Revoke the whole family of tokens when a spent one comes back.',
  ),
  'retry-after': rule('pauses', 'Retry-After comes with 429 and 503', 'See the section.'),
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;
export const RULE_IDS = Object.keys(RULES) as RuleId[];

const OF_PAGES: readonly RuleId[] = ['cors-preflight', 'cors-answer', 'cors-refusal', 'cors-expose'];

/** The others mean nothing here, and aren't told at all. */
export function applies(id: RuleId, { origin, body, signOut, hintCookie }: CheckOptions): boolean {
  if (id === 'cors') return !origin;
  if (OF_PAGES.includes(id)) return !!origin;
  if (id.startsWith('hint-') && !hintCookie) return false;
  if (id === 'hint-sign-out' || id === 'sign-out-cookie' || id === 'sign-out-session') return !!signOut;
  // Without a refresh token to put into a body the client sends nothing.
  return !(body && (id.startsWith('cookie-') || id === 'no-session'));
}
