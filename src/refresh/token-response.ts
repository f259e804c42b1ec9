/** What the auth server's answer means: the session is renewed, or over, or there was no answer to speak of. */

import type { EndpointProblem } from '../problems.js';
import { type AccessToken, decodeClaims, nameOf, remaining } from '../session/access-token.js';
import type { Grant } from '../session/grant.js';
import { elapsed, now } from '../wait.js';
import { type Heard, judgeRefusal, judgeTokenless, type Refused, unreachable, wrongSetUp } from './refusal.js';
import { lifetimeOf, retryAfter, serverTime } from './token-lifetime.js';
import { keysOf, type ReadTokens, readKnownShapes, type TokenSet, unusableTokens } from './token-shapes.js';

/** The answer of the auth server as it came: a `Response` whose body nobody has read, or its parsed JSON. */
export type TokenResponse = Response | object;

/**
 * What an answer to a refresh means, where the built-in rule takes it wrongly.
 *
 * @param response absent where only the parsed JSON was given; its body has been read
 * @param body the parsed JSON; the text, where it isn't JSON
 */
export type JudgeResponse = (
  response: Response | undefined,
  body: unknown,
) => 'renewed' | 'over' | 'unavailable' | undefined;

/**
 * Whose token it is.
 *
 * @param claims the payload of a JWT; `undefined` for an opaque token
 * @param answer the answer's parsed JSON; its text, where it isn't JSON
 */
export type ReadSubject = (
  claims: Readonly<Record<string, unknown>> | undefined,
  answer: unknown,
) => string | undefined;

/** The options by which an answer is read. */
export interface AnswerReading {
  readonly readTokens?: ReadTokens | undefined;
  readonly verdict?: JudgeResponse | undefined;
  readonly subject?: ReadSubject | undefined;
  /** Whether a refresh token in a shape that is built in is this client's: else a cookie holds it. */
  readonly holdsRefreshToken?: boolean | undefined;
}

export type Verdict =
  /** `evidence`: of the token's lifetime. */
  | {
      readonly verdict: 'renewed';
      readonly grant: Grant;
      readonly evidence?: string;
      readonly problem?: EndpointProblem;
    }
  /** The current token again: the server has no newer one before it expires. */
  | { readonly verdict: 'unchanged'; readonly grant: Grant }
  | Refused;

/** What was known when the request was sent. */
interface KnownBefore {
  /** The token of now: the same token again counts as unchanged. */
  readonly current?: AccessToken | undefined;
  /** Why the request had no CSRF token to send, where it should have had one. */
  readonly noCsrfToken?: string | undefined;
}

export async function judge(
  answer: TokenResponse,
  reading: AnswerReading = {},
  { current, noCsrfToken }: KnownBefore = {},
): Promise<Verdict> {
  const heard = isResponse(answer) ? await hear(answer) : undefined;
  const body = heard ? heard.body : answer;
  const verdict =
    judgeByOption(reading, heard, body, () => heard && judgeUnlessTokens(heard, noCsrfToken)) ??
    judgeTokens(reading, heard, body, current);
  if ('grant' in verdict || heard?.response.ok === false) return verdict;
  return { ...verdict, refreshToken: refreshTokenOf(reading, tokensIn(reading, heard, body)) };
}

/** Also a redirect's, which isn't followed: it has neither a status nor a body. */
async function hear(response: Response): Promise<Heard> {
  const { status, headers } = response;
  const text = await response.text();
  const type = headers.get('content-type') ?? 'no content type';
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's error would quote the answer, and with it the token.
  }
  // Django, among others, calls an empty answer HTML: that is no page.
  const speaksHtml = (!!text && type.includes('html')) || text.trimStart().startsWith('<');
  return { response, text, body, speaksHtml, why: `it answered ${status}, ${type}` };
}

function judgeUnlessTokens(heard: Heard, noCsrfToken: string | undefined): Verdict | undefined {
  const { status, type } = heard.response;
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    return unreachable(
      'it was redirected, and nothing follows: name the address that answers (options refresh, signOut)',
      { code: 'endpoint-redirects' },
    );
  }
  return judgeRefusal(heard, noCsrfToken);
}

/** @param byRule the built-in rule, for what the option leaves to it */
function judgeByOption(
  { verdict }: AnswerReading,
  heard: Heard | undefined,
  body: unknown,
  byRule: () => Verdict | undefined,
): Verdict | undefined {
  const why = heard?.why ?? 'it answered';
  const failed = (what: string, problem?: EndpointProblem): Verdict => ({
    ...unreachable(`${why}, and the option verdict ${what}`, problem),
    retryAfter: heard && retryAfter(heard.response.headers),
  });
  let said: unknown;
  try {
    said = verdict?.(heard?.response, body);
    // An async one gives no verdict: the message below says so. Its rejection isn't left unhandled.
    if (said instanceof Promise) said.catch(() => {});
  } catch {
    // Its error might quote the answer.
    return failed('threw an error', { code: 'option-failed', option: 'verdict' });
  }
  if (said === undefined) return byRule();
  if (said === 'renewed') return undefined;
  if (said === 'over')
    return { verdict: 'rejected', why: `${why}, and the option verdict says that the session is over` };
  if (said === 'unavailable') return failed('says that it is of no use');
  return failed("gave none of 'renewed', 'over', 'unavailable'", { code: 'option-failed', option: 'verdict' });
}

function judgeTokens(
  reading: AnswerReading,
  heard: Heard | undefined,
  body: unknown,
  current: AccessToken | undefined,
): Verdict {
  const receivedAt = now();
  const why = heard?.why ?? 'it answered';
  const unusable = reading.readTokens ? undefined : unusableTokens(body);
  if (unusable) return wrongSetUp(unusable, { code: 'token-type-unsupported', why: unusable });
  const set = tokensIn(reading, heard, body);
  const value: unknown = set?.accessToken;
  // What isn't visible ASCII can't be sent in a header (RFC 6750 §2.1).
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) {
    if (heard && heard.text === body) {
      const contentType = heard.response.headers.get('content-type') ?? '';
      return unreachable(`${why}, which is not JSON`, { code: 'endpoint-answers-no-json', contentType });
    }
    const keys = keysOf(body);
    const shape = `its answer has no access token in a form that can be sent, but ${keys}: see the option readTokens`;
    return judgeTokenless(body, why, unreachable(shape, { code: 'endpoint-gives-no-token', keys }));
  }
  const refreshToken = refreshTokenOf(reading, set);
  const claims = decodeClaims(value);
  const left = value === current?.value ? remaining(current) : 0;
  const age = current && left > 0 ? elapsed(current.receivedAt) : 0;
  const [lifetime, evidence] = lifetimeOf(set?.expiresIn, claims, serverTime(heard?.response.headers), age);
  const problem = isNumber(set?.expiresIn ?? 0) ? undefined : EXPIRES_IN_UNREADABLE;
  if (problem && !isNumber(lifetime)) return unreachable('its expires_in is no number of seconds', problem);
  // In its last second it may have "0" left; once it has expired it is of no use.
  if (current && left > 0 && lifetime <= left + LEAST_LIFETIME)
    return { verdict: 'unchanged', grant: { accessToken: current, refreshToken } };
  // It would be refreshed without end.
  if (lifetime < LEAST_LIFETIME) {
    return unreachable(`its token has already expired, or is about to: ${lifetime / 1_000} s are left by ${evidence}`, {
      code: 'token-expired-on-arrival',
      left: lifetime,
      evidence,
    });
  }
  try {
    const said: unknown = reading.subject?.(claims, body);
    if (said instanceof Promise) {
      // Its rejection isn't left unhandled.
      said.catch(() => {});
      return unreachable(`${why}, and the option subject gave a promise`, { code: 'option-failed', option: 'subject' });
    }
    const subject = nameOf(said);
    const accessToken = { value, lifetime, receivedAt, claims, ...(subject && { subject }) };
    return { verdict: 'renewed', grant: { accessToken, refreshToken }, evidence, ...(problem && { problem }) };
  } catch {
    // Its error might quote the answer. Taken for nobody's, the token would end the session of somebody.
    const problem = { code: 'option-failed', option: 'subject' } as const;
    return unreachable(`${why}, and the option subject threw an error`, problem);
  }
}

const EXPIRES_IN_UNREADABLE = { code: 'expires-in-unreadable' } as const;

const isNumber = (value: unknown): boolean => !Number.isNaN(Number(value));

/** Milliseconds. */
const LEAST_LIFETIME = 1_000;

/** What is none leaves the old one good (RFC 6749 §6). */
function refreshTokenOf({ readTokens, holdsRefreshToken }: AnswerReading, set: TokenSet | undefined) {
  const isOurs = readTokens || holdsRefreshToken;
  return isOurs && typeof set?.refreshToken === 'string' ? set.refreshToken || undefined : undefined;
}

function tokensIn({ readTokens = readKnownShapes }: AnswerReading, heard: Heard | undefined, body: unknown) {
  try {
    const set: unknown = readTokens(body, heard?.response);
    // An async one gives no tokens: the message says so. Its rejection isn't left unhandled.
    if (set instanceof Promise) set.catch(() => {});
    return set as TokenSet | undefined;
  } catch {
    // Its error might quote the answer.
    return undefined;
  }
}

/** Also for a `Response` of another realm, and for whatever else untyped code gives. */
export const isResponse = (answer: unknown): answer is Response =>
  typeof (answer as Response | undefined)?.text === 'function';
