/** What the auth server's answer means: the session is renewed, or over, or there was no answer to speak of. */

import { type AccessToken, decodeClaims } from '../session/access-token.js';
import { type Instant, now } from '../wait.js';

/** The answer of the auth server as it came: a `Response` whose body nobody has read, or its parsed JSON. */
export type TokenResponse = Response | object;

/** What `readTokens` finds in an answer. */
export interface TokenSet {
  readonly accessToken: string;
  /** Seconds until the access token expires (RFC 6749 §5.1); a number, or digits. Left out: the JWT's `exp` counts. */
  readonly expiresIn?: number | string | undefined;
  /** About the user, where the access token is opaque; JSON only. `sub` tells users apart. */
  readonly claims?: object | undefined;
}

export type ReadTokens = (body: unknown, response: Response | undefined) => TokenSet;

export type Verdict =
  | { readonly verdict: 'renewed'; readonly token: AccessToken }
  /** The auth server says no: 400, 401 or 403. */
  | { readonly verdict: 'rejected'; readonly message: string }
  | Unreachable;

export interface Unreachable {
  readonly verdict: 'unreachable';
  readonly message: string;
  /** Whether the server has surely not spent the refresh token: only then is the request sent again by itself. */
  readonly request: 'not-processed' | 'maybe-processed';
  /** Milliseconds that the server asks for. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

const unreadable = (message: string, cause?: unknown): Unreachable => ({
  verdict: 'unreachable',
  message,
  request: 'maybe-processed',
  cause,
});

/** Judges an answer. `previous` helps to tell a stale answer: it says what the server's clock must show by now. */
export async function judge(
  answer: TokenResponse,
  readTokens: ReadTokens | undefined,
  previous?: AccessToken,
): Promise<Verdict> {
  const receivedAt = now();
  if (!isResponse(answer)) return judgeBody(answer, undefined, readTokens, receivedAt, previous);
  const { status } = answer;
  const type = answer.headers.get('content-type') ?? 'no content type';
  let text: string;
  try {
    text = await answer.text();
  } catch (cause) {
    return unreadable(`its answer (${status}) broke off.`, cause);
  }
  // A proxy, a captive portal or a firewall speaks HTML; an auth server doesn't.
  const isHtml = type.includes('html') || text.trimStart().startsWith('<');
  if (isHtml) return { ...unavailable(answer), message: `its answer (${status}, ${type}) is an HTML page.` };
  if (status === 400 || status === 401 || status === 403) {
    return { verdict: 'rejected', message: `it answered ${status}.` };
  }
  if (!answer.ok) return unavailable(answer);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's own message would quote the text, and with it the token.
    return unreadable(`its answer (${status}, ${type}, ${text.length} characters) isn't JSON.`);
  }
  return judgeBody(body, answer, readTokens, receivedAt, previous);
}

function unavailable(response: Response): Unreachable {
  const { status } = response;
  return {
    verdict: 'unreachable',
    message: `it answered ${status}.`,
    request: status === 429 || status === 503 ? 'not-processed' : 'maybe-processed',
    retryAfter: retryAfter(response),
  };
}

/** RFC 9110 §10.2.3: seconds, or a date, which is counted from the server's own clock where that can be read. */
function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - (serverTime(headers) ?? Date.now());
  return ms >= 0 ? ms : undefined;
}

const serverTime = (headers: Headers): number | undefined => Date.parse(headers.get('date') ?? '') || undefined;

function judgeBody(
  body: unknown,
  response: Response | undefined,
  readTokens: ReadTokens | undefined,
  receivedAt: Instant,
  previous: AccessToken | undefined,
): Verdict {
  let set: TokenSet | undefined;
  try {
    set = (readTokens ?? readKnownShapes)(body, response);
  } catch {
    return unreadable("readTokens threw on the server's answer.");
  }
  const value: unknown = set?.accessToken;
  if (typeof value !== 'string' || value === '' || /[^\x21-\x7e]/.test(value)) {
    return unreadable(`no access token in its answer (${describe(body)}); readTokens can read other shapes.`);
  }
  const type = (body as { token_type?: unknown } | null)?.token_type;
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
    return unreadable('its token_type is not Bearer (RFC 6750), the only kind that is understood.');
  }
  const claims = set?.claims ?? decodeClaims(value);
  const lifetime = lifetimeOf(set?.expiresIn, decodeClaims(value) ?? {}, response, previous);
  if (Number.isNaN(lifetime)) return unreadable('the expires_in of its answer is not a number of seconds.');
  if (lifetime <= 0) return unreadable('the access token in its answer has already expired.');
  return { verdict: 'renewed', token: { value, lifetime, receivedAt, claims } };
}

/** OAuth 2.0 (RFC 6749 §5.1), Django SimpleJWT, and camelCase. */
function readKnownShapes(body: unknown): TokenSet {
  const answer = (body ?? {}) as Record<string, string | undefined>;
  return {
    accessToken: answer.access_token ?? answer.accessToken ?? answer.access ?? '',
    expiresIn: answer.expires_in ?? answer.expiresIn,
  };
}

/** Milliseconds from now, by the evidence that gives the least; `NaN` for an `expires_in` that is no number. */
function lifetimeOf(
  expiresIn: unknown,
  { exp, iat }: { exp?: unknown; iat?: unknown },
  response: Response | undefined,
  previous: AccessToken | undefined,
): number {
  const evidence = [Infinity];
  if (expiresIn !== undefined && expiresIn !== null) evidence.push(seconds(expiresIn) * 1_000);
  if (isNumber(exp)) {
    if (isNumber(iat)) evidence.push((exp - iat) * 1_000);
    // This machine's clock is no evidence (it may be a day off), except where nothing better says when a token expires.
    const serverNow = (response && serverTime(response.headers)) ?? serverTimeSince(previous);
    if (serverNow !== undefined) evidence.push(exp * 1_000 - serverNow);
    else if (evidence.length === 1) evidence.push(byThisClock(exp * 1_000 - Date.now()));
  }
  return Math.min(...evidence);
}

/** The server's clock was at the previous token's `iat` when that was received, and has gone on since. */
function serverTimeSince(previous: AccessToken | undefined): number | undefined {
  const iat = (previous?.claims as { iat?: unknown } | undefined)?.iat;
  return previous && isNumber(iat) ? iat * 1_000 + performance.now() - previous.receivedAt.monotonic : undefined;
}

/** A token that seems to have expired long ago says more about this machine's clock: then the API's 401 decides. */
const byThisClock = (lifetime: number): number => (lifetime > 0 ? lifetime : Infinity);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const seconds = (value: unknown): number =>
  isNumber(value) ? value : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;

/** The shape without the values, which may be secrets. */
const describe = (body: unknown): string =>
  typeof body === 'object' && body !== null ? `keys: ${Object.keys(body).join(', ') || 'none'}` : typeof body;

/** Also for a `Response` of another realm. */
export const isResponse = (answer: TokenResponse): answer is Response =>
  'status' in answer && 'headers' in answer && 'text' in answer;
