/** What the auth server's answer means: the session is renewed, or over, or there was no answer to speak of. */

import { type AccessToken, decodeClaims } from '../session/access-token.js';
import { now } from '../wait.js';

/** The answer of the auth server as it came: a `Response` whose body nobody has read, or its parsed JSON. */
export type TokenResponse = Response | object;

/** What `readTokens` finds in an answer. */
export interface TokenSet {
  readonly accessToken: string;
  /** Seconds until the access token expires (RFC 6749 §5.1); a number, or digits. Left out: the JWT's `exp` counts. */
  readonly expiresIn?: number | string | null | undefined;
}

/** @param response absent where only the parsed JSON was given */
export type ReadTokens = (body: unknown, response: Response | undefined) => TokenSet;

export type Verdict =
  | { readonly verdict: 'renewed'; readonly token: AccessToken }
  /** The auth server says no: 400, 401 or 403. */
  | (Refusal & { readonly verdict: 'rejected' })
  /** The server has surely not spent the refresh token: only then is the request sent again by itself. */
  | (Refusal & { readonly verdict: 'not-processed' })
  | (Refusal & { readonly verdict: 'unreachable' });

interface Refusal {
  readonly why: string;
  /** Milliseconds that the server asks for. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

export const unreachable = (why: string, cause?: unknown): Verdict => ({ verdict: 'unreachable', why, cause });

export async function judge(answer: TokenResponse, readTokens: ReadTokens = readKnownShapes): Promise<Verdict> {
  if (!isResponse(answer)) return judgeTokens(() => readTokens(answer, undefined));
  const { status, headers } = answer;
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
  return judgeTokens(() => readTokens(JSON.parse(text), answer), serverTime(headers));
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

function judgeTokens(read: () => TokenSet, serverNow?: number): Verdict {
  const receivedAt = now();
  let set: TokenSet | undefined;
  try {
    set = read();
  } catch {
    // The parser's error would quote the answer, and with it the token.
  }
  const value: unknown = set?.accessToken;
  // What isn't visible ASCII can't be sent in a header (RFC 6750 §2.1).
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) {
    return unreachable('its answer is not JSON, or has no access token (see readTokens)');
  }
  const claims = decodeClaims(value);
  const lifetime = lifetimeOf(set?.expiresIn, claims, serverNow);
  // One that lasts less than a second would be refreshed without end.
  if (lifetime >= 1_000) return { verdict: 'renewed', token: { value, lifetime, receivedAt, claims } };
  return unreachable(lifetime < 1_000 ? 'its token has already expired' : 'its expires_in is no number');
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
 * Milliseconds from now, by the evidence that gives the least; `NaN` for an `expires_in` that is no number. This
 * machine's clock is no evidence, since it may be a day off.
 */
function lifetimeOf(expiresIn: TokenSet['expiresIn'], claims: AccessToken['claims'], serverNow = NaN): number {
  const expiry = Number(claims?.exp) * 1_000;
  const evidence = [expiry - Number(claims?.iat) * 1_000, expiry - serverNow].filter(Number.isFinite);
  return Math.min(Number(expiresIn ?? Infinity) * 1_000, ...evidence);
}

/** Also for a `Response` of another realm, and for whatever else untyped code gives. */
export const isResponse = (answer: TokenResponse | undefined): answer is Response =>
  typeof (answer as Response | undefined)?.text === 'function';
