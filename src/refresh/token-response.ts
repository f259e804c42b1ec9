/** What the auth server's answer means: the session is renewed, or over, or there was no answer to speak of. */

import { type AccessToken, decodeClaims, remaining } from '../session/access-token.js';
import type { Grant } from '../session/grant.js';
import { now } from '../wait.js';

/** The answer of the auth server as it came: a `Response` whose body nobody has read, or its parsed JSON. */
export type TokenResponse = Response | object;

/** What `readTokens` finds in an answer. */
export interface TokenSet {
  readonly accessToken: string;
  /** Seconds until the access token expires (RFC 6749 §5.1); a number, or digits. Left out: the JWT's `exp` counts. */
  readonly expiresIn?: number | string | null | undefined;
  /**
   * The refresh token, for a {@link RefreshStrategy} that sends it itself. It is kept in memory, and given to `request()`
   * and `revoke()`. Leave it out where a cookie holds it.
   */
  readonly refreshToken?: string | undefined;
}

/** @param response absent where only the parsed JSON was given */
export type ReadTokens = (body: unknown, response: Response | undefined) => TokenSet;

export type Verdict =
  | { readonly verdict: 'renewed'; readonly grant: Grant }
  /** The current token again: the server has no newer one before it expires. */
  | { readonly verdict: 'unchanged'; readonly refreshToken: string | undefined }
  /** The auth server says no: 400, 401 or 403. */
  | (Refusal & { readonly verdict: 'rejected' })
  /** It says no to the request, not to the session. */
  | (Refusal & { readonly verdict: 'request-refused' })
  /** The server has surely not spent the refresh token: only then is the request sent again by itself. */
  | (Refusal & { readonly verdict: 'not-processed' })
  /** An answer of no use: of a proxy, of a sick server. */
  | (Refusal & { readonly verdict: 'unreachable' })
  /** None has come; the server may have processed the request all the same. */
  | (Refusal & { readonly verdict: 'no-answer' });

interface Refusal {
  readonly why: string;
  /** Milliseconds that the server asks for. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

const unreachable = (why: string): Verdict => ({ verdict: 'unreachable', why });

/** @param current the token of now, where the same token again counts as unchanged */
export async function judge(
  answer: TokenResponse,
  readTokens: ReadTokens = readKnownShapes,
  current?: AccessToken,
): Promise<Verdict> {
  if (!isResponse(answer)) return judgeTokens(() => readTokens(answer, undefined), answer, current);
  const { status, headers } = answer;
  if (answer.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    return unreachable(
      'it was redirected, and nothing follows: name the address that answers (options refresh, signOut)',
    );
  }
  const type = headers.get('content-type') ?? 'no content type';
  const text = await answer.text();
  const why = `it answered ${status}, ${type}`;
  // A proxy, a captive portal or a firewall speaks HTML; an auth server doesn't.
  const speaksHtml = type.includes('html') || text.trimStart().startsWith('<');
  if ([400, 401, 403].includes(status) && !speaksHtml) return { verdict: 'rejected', why };
  if (!answer.ok || speaksHtml) {
    const verdict = [429, 503].includes(status) ? 'not-processed' : 'unreachable';
    return { verdict, why, retryAfter: retryAfter(headers) };
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's error would quote the answer, and with it the token.
    return unreachable(`${why}, which is not JSON`);
  }
  return judgeTokens(() => readTokens(body, answer), body, current, serverTime(headers));
}

/** RFC 9110 §10.2.3: seconds, or a date, which is counted from the server's own clock where that can be read. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const ms = Date.parse(value) - (serverTime(headers) ?? Date.now());
  // More than an hour says more about this machine's clock.
  return ms >= 0 && ms <= 3_600_000 ? ms : undefined;
}

const serverTime = (headers: Headers): number | undefined => Date.parse(headers.get('date') ?? '') || undefined;

function judgeTokens(read: () => TokenSet, body: unknown, current?: AccessToken, serverNow?: number): Verdict {
  const receivedAt = now();
  let set: TokenSet | undefined;
  try {
    set = read();
    // An async one gives no tokens: the message below says so. Its rejection isn't left unhandled.
    if (set instanceof Promise) set.catch(() => {});
  } catch {
    // Its error might quote the answer.
  }
  const value: unknown = set?.accessToken;
  // What isn't visible ASCII can't be sent in a header (RFC 6750 §2.1).
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) {
    return unreachable(
      `its answer has no access token in a form that can be sent, but ${keysOf(body)}: see the option readTokens`,
    );
  }
  const refreshToken = typeof set?.refreshToken === 'string' ? set.refreshToken : undefined;
  const claims = decodeClaims(value);
  const [lifetime, evidence] = lifetimeOf(set?.expiresIn, claims, serverNow);
  if (Number.isNaN(lifetime)) return unreachable('its expires_in is no number');
  const left = value === current?.value ? remaining(current) : 0;
  // In its last second it may have "0" left; once it has expired it is of no use.
  if (left > 0 && lifetime <= left + LEAST_LIFETIME) return { verdict: 'unchanged', refreshToken };
  // It would be refreshed without end.
  if (lifetime < LEAST_LIFETIME) {
    return unreachable(`its token has already expired, or is about to: ${lifetime / 1_000} s are left by ${evidence}`);
  }
  return { verdict: 'renewed', grant: { accessToken: { value, lifetime, receivedAt, claims }, refreshToken } };
}

/** Milliseconds. */
const LEAST_LIFETIME = 1_000;

/** The names in an answer, never a value; a name that is too long for one may be a token. */
function keysOf(body: unknown): string {
  const keys = Object.keys(Object(body)).filter((key) => key.length < 30);
  return keys.length ? `the keys ${keys.slice(0, 9).join(', ')}` : 'no keys';
}

/** OAuth 2.0 (RFC 6749 §5.1), Django SimpleJWT, and camelCase. */
function readKnownShapes(body: unknown): TokenSet {
  const answer = body as Record<string, string>;
  return {
    accessToken: answer.access_token ?? answer.accessToken ?? answer.access ?? '',
    expiresIn: answer.expires_in ?? answer.expiresIn,
  };
}

/**
 * Milliseconds from now, by the evidence that gives the least, and which that is; `NaN` for an `expires_in` that is no
 * number. This machine's clock is no evidence, since it may be a day off.
 */
function lifetimeOf(
  expiresIn: TokenSet['expiresIn'],
  claims: AccessToken['claims'],
  serverNow = NaN,
): readonly [ms: number, evidence: string] {
  const expiry = Number(claims?.exp) * 1_000;
  const inClaims = [
    [expiry - Number(claims?.iat) * 1_000, 'exp and iat'],
    [expiry - serverNow, 'exp and the Date header'],
  ] as const;
  const evidence = inClaims.filter(([ms]) => Number.isFinite(ms));
  return [[Number(expiresIn ?? Infinity) * 1_000, 'expires_in'] as const, ...evidence].reduce((least, next) =>
    next[0] < least[0] ? next : least,
  );
}

/** Also for a `Response` of another realm, and for whatever else untyped code gives. */
export const isResponse = (answer: TokenResponse | undefined): answer is Response =>
  typeof (answer as Response | undefined)?.text === 'function';
