/**
 * What a refusal means. The rule, in three sentences: OAuth's own words decide where they are there, whatever the status. A
 * refusal that speaks of the request (CSRF, its origin, its form, a limit, a firewall), or a 400 or 403 with `Retry-After`,
 * says nothing about the session, unless it is a 401 that speaks of the session, too. What then remains of 400, 401, 403, 410
 * and 422, not as an HTML page, is the end.
 */

import type { EndpointProblem } from '../problems.js';
import { retryAfter } from './token-lifetime.js';
import { NO_DPOP } from './token-shapes.js';

export type Refused =
  /** The auth server says that the session is over. */
  | (Refusal & { readonly verdict: 'rejected' })
  /** It says no to the request. A visitor without a session has none all the same: a right request wouldn't help them. */
  | (Refusal & { readonly verdict: 'request-refused' })
  /** The server has surely not spent the refresh token: only then is the request sent again by itself. */
  | (Refusal & { readonly verdict: 'not-processed' })
  /** An answer of no use: of a proxy, of a sick server, of one that is set up wrongly. */
  | (Refusal & { readonly verdict: 'unreachable' })
  /** None has come; the server may have processed the request all the same. */
  | (Refusal & { readonly verdict: 'no-answer' });

interface Refusal {
  readonly why: string;
  /** Milliseconds that the server asks for. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
  /** Waiting can't cure it: something is set up wrongly. */
  readonly isPermanent?: boolean | undefined;
  /** What is wrong, where that can be told from the answer. It may still be an outage that looks like it. */
  readonly problem?: EndpointProblem | undefined;
  /** A 2xx that was of no use otherwise has brought it, and the one before is spent. */
  readonly refreshToken?: string | undefined;
}

export const unreachable = (why: string, problem?: EndpointProblem): Refused => ({
  verdict: 'unreachable',
  why,
  problem,
});
export const wrongSetUp = (why: string, problem: EndpointProblem): Refused => ({
  ...unreachable(why, problem),
  isPermanent: true,
});
const rejected = (why: string): Refused => ({ verdict: 'rejected', why });

/** An answer as it was heard. */
export interface Heard {
  readonly response: Response;
  readonly text: string;
  /** The parsed JSON; the text, where it isn't JSON. */
  readonly body: unknown;
  /** How errors name it. */
  readonly why: string;
  /** A proxy, a captive portal or a firewall speaks HTML; an auth server doesn't. */
  readonly speaksHtml: boolean;
}

const OVER = [400, 401, 403, 410, 422];
/** Laravel has a status of its own for a CSRF failure: 419. */
const ABOUT_CSRF = [400, 403, 419];
const BUSY = [429, 503];
/** Some limits answer in this way, with `Retry-After`. */
const MAY_BE_LATER = [400, 403];

/** @param noCsrfToken why the request had no CSRF token to send, where it should have had one */
export function judgeRefusal(heard: Heard, noCsrfToken?: string): Refused | undefined {
  const { response, text, body, why, speaksHtml } = heard;
  const { status, headers, ok } = response;
  const failed = (verdict: Refused): Refused => ({
    ...verdict,
    ...(BUSY.includes(status) && verdict.verdict === 'unreachable' && { verdict: 'not-processed' }),
    // Of a page that isn't the auth server's, only what says "busy" can mean it.
    retryAfter: speaksHtml && !BUSY.includes(status) ? undefined : retryAfter(headers),
  });
  if (ok) return speaksHtml ? unreachable(why, { code: 'endpoint-answers-html', status }) : undefined;
  const byWord = judgeWord(body, why);
  if (byWord) return byWord.verdict === 'rejected' ? byWord : failed(byWord);
  if (noCsrfToken && ABOUT_CSRF.includes(status)) {
    const problem = { code: 'csrf-cookie-missing', status } as const;
    return { verdict: 'request-refused', why: `${why}, and ${noCsrfToken}`, isPermanent: true, problem };
  }
  if (!speaksHtml) {
    const mayBeAboutRequest = [...OVER, ...ABOUT_CSRF].includes(status);
    const aboutRequest = mayBeAboutRequest && judgeRequestWords(heard);
    if (aboutRequest) return failed(aboutRequest);
    // Nobody asks a session that is over to come again.
    if (MAY_BE_LATER.includes(status) && headers.has('retry-after')) {
      return failed(unreachable(`${why}, and says when to come again`));
    }
    if (OVER.includes(status)) return rejected(why);
    // An exception that nobody caught, as of tymon/jwt-auth.
    if (GONE.test(text.slice(0, 500))) return rejected(`${why}, and says that the token is gone`);
  }
  return failed(unreachable(why, problemOf(heard)));
}

/**
 * A method that isn't allowed, a form of request that it doesn't take, and a method that isn't known (RFC 9110 §15.5.6,
 * §15.5.16, §15.6.2), speak of the address too.
 */
const NOTHING_THERE = [404, 405, 415, 501];

function problemOf({ response, speaksHtml }: Heard): EndpointProblem | undefined {
  const { status, headers, type } = response;
  if (NOTHING_THERE.includes(status)) return { code: 'endpoint-missing', status };
  // The page may be a firewall's, but many frameworks refuse in this way, too.
  if (speaksHtml && OVER.includes(status)) return { code: 'endpoint-answers-html', status };
  // Of another origin, a page reads only the headers that CORS exposes: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
  const isUnreadable = type === 'cors' && BUSY.includes(status) && !headers.has('retry-after');
  return isUnreadable ? { code: 'retry-after-unreadable', status } : undefined;
}

const GONE = /can no longer be refreshed|token has been blacklisted/i;

const CLIENT = 'correct its id, its secret or its grant types at the server';
const REQUEST = 'correct what the option refresh sends';
const DPOP = `it wants ${NO_DPOP}`;

/** OAuth's error codes: RFC 6749 §5.2, RFC 8628 §3.5, RFC 9449 §5 and §8; GitHub's own. */
const WORDS: Readonly<Record<string, 'over' | 'outage' | typeof CLIENT | typeof REQUEST | typeof DPOP>> = {
  invalid_grant: 'over',
  bad_refresh_token: 'over',
  invalid_client: CLIENT,
  unauthorized_client: CLIENT,
  incorrect_client_credentials: CLIENT,
  invalid_request: REQUEST,
  unsupported_grant_type: REQUEST,
  invalid_scope: REQUEST,
  temporarily_unavailable: 'outage',
  server_error: 'outage',
  slow_down: 'outage',
  use_dpop_nonce: DPOP,
  invalid_dpop_proof: DPOP,
};

function judgeWord(body: unknown, why: string): Refused | undefined {
  const { error, error_description, message, hint } = Object(body) as Record<string, unknown>;
  const word = typeof error === 'string' && Object.hasOwn(WORDS, error) ? error : '';
  const meaning = WORDS[word];
  if (!meaning) return undefined;
  const said = `${why}, ${word}`;
  // The request had no refresh token, or one of no use. Some servers say so with this word, as league/oauth2-server 8.
  const hasNoToken =
    word === 'invalid_request' && /refresh[ _]?token|session/i.test([error_description, message, hint].join());
  if (meaning === 'over' || hasNoToken) return rejected(said);
  if (meaning === 'outage') return unreachable(said);
  const isDpop = meaning === DPOP;
  return wrongSetUp(
    `${said}: ${meaning}`,
    isDpop ? { code: 'token-type-unsupported', why: DPOP } : { code: 'refresh-request-refused', word },
  );
}

/** A longer text may quote a stack, and with it the names of all that the request went through. */
const LONGEST_REFUSAL = 1_000;
// These are about plain words: see plainWords.
const CSRF = /[cx]srf|anti ?forgery|request ?forgery|cross ?(site|origin)|(?<![a-z])origin(?![a-z])/i;
const FORM = /content ?type|(api|subscription) ?key/i;
const LIMIT = /throttl|too ?many ?(requests|attempts)|rate ?(limit|exceeded)|limit ?(exceeded|reached)|quota/i;
/** Amazon's API gateway names itself in a header only. A user may be blocked, too, which is the end. */
const FIREWALL = /firewall|\bwaf\b|request (was )?blocked|rbac: |\bip\b|error code: 1\d{3}/i;
const GATEWAYS_TYPE = /^(Forbidden|AccessDenied|MissingAuth|WAF|TooMany|Limit|Throttl)/;

/** What a 401 is about, whatever other reason it names: "Session ended: your IP address has changed". */
const SESSION = /session|refresh ?token|\b(sign|log)(ed|ged)? in\b/i;

/** Codes are words, too: `rate_limit_exceeded`, `RATE-LIMITED`. */
const plainWords = (text: string): string => text.replace(/[_-]+/g, ' ');

/** The keys of JSON say nothing: `{"origin": "auth-service"}`. */
const valuesIn = (body: unknown): string =>
  Object(body) === body
    ? Object.values(body as object)
        .map(valuesIn)
        .join('\n')
    : String(body);

function judgeRequestWords({ response, text, body, why }: Heard): Refused | undefined {
  const { status, headers } = response;
  const short = text.length > LONGEST_REFUSAL ? '' : plainWords(valuesIn(body));
  const speaksOf = (what: string) => `${why}, and speaks of ${what}, not of the session`;
  const limit = unreachable(speaksOf('a limit or a firewall'));
  if (GATEWAYS_TYPE.test(headers.get('x-amzn-errortype') ?? '')) return limit;
  if (status === 401 && SESSION.test(short)) return undefined;
  if (LIMIT.test(short) || FIREWALL.test(short)) return limit;
  if (CSRF.test(short)) {
    return wrongSetUp(`${speaksOf('CSRF')}: see the option csrf of cookieRefresh`, { code: 'csrf-refused', status });
  }
  if (!FORM.test(short)) return undefined;
  return wrongSetUp(`${speaksOf('the request')}: ${REQUEST}`, { code: 'refresh-request-refused', word: '' });
}

/**
 * What a 2xx without a token says instead.
 *
 * @param nothing the verdict on one that says nothing
 */
export function judgeTokenless(body: unknown, why: string, nothing: Refused): Refused {
  const byWord = judgeWord(body, why);
  if (byWord) return byWord;
  const said = errorsIn(body).join(' ');
  const errors = `${why}, with errors`;
  if (CSRF.test(plainWords(said)))
    return wrongSetUp(`${errors} that speak of CSRF`, { code: 'csrf-refused', status: 200 });
  if (NO_SESSION.test(said)) return rejected(`${errors} that say that there is no session`);
  if (said) return unreachable(`${errors} and no token: see the option verdict`);
  // Auth.js says null where nobody is signed in, but also where its database has failed: that ends no session.
  return body === null ? { verdict: 'request-refused', why: nothing.why } : nothing;
}

const NO_SESSION =
  /unauthenticated|unauthori[sz]ed|invalid-jwt|jwt_|(token|signature|session|refresh)\b[\w ]{0,30}\b(expired|invalid|revoked|not found)|(expired|invalid) (refresh )?(token|session)/i;

/** The errors of a GraphQL answer (https://spec.graphql.org/October2021/#sec-Errors), and of mutations, as of Saleor. */
function errorsIn(body: unknown): string[] {
  type Answer = { readonly errors?: unknown; readonly data?: object };
  const { errors, data } = Object(body) as Answer;
  const inFields = Object.values(Object(data)).map((field) => (Object(field) as Answer).errors);
  return [errors, ...inFields].flat().flatMap((error) => {
    const { code, message, extensions } = Object(error) as Record<string, unknown>;
    const said = [code, (Object(extensions) as { code?: unknown }).code, message];
    return said.filter((word) => typeof word === 'string');
  });
}
