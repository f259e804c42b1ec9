/** Finds the tokens in an answer, by the shapes that can't be mistaken for something else. */

import { decodeClaims } from '../session/access-token.js';

/** What `readTokens` finds in an answer. */
export interface TokenSet {
  readonly accessToken: string;
  /** Seconds until the access token expires (RFC 6749 §5.1); a number, or digits. Left out: the JWT's `exp` counts. */
  readonly expiresIn?: number | string | null | undefined;
  /**
   * The refresh token, for `bodyRefresh` or a {@link RefreshStrategy} of your own that sends it itself. It is kept in memory.
   * Leave it out where a cookie holds it.
   */
  readonly refreshToken?: string | undefined;
}

/**
 * @param body the parsed JSON; the text, where it isn't JSON
 * @param response absent where only the parsed JSON was given
 */
export type ReadTokens = (body: unknown, response: Response | undefined) => TokenSet;

type Fields = Readonly<Record<string, unknown>>;

/** OAuth 2.0 (RFC 6749 §5.1) first. What no name says to be an access token must be a JWT. */
export function readKnownShapes(body: unknown, response: Response | undefined): TokenSet {
  const { data, session, headers } = Object(body) as Fields;
  // The response of axios, whose body is under `data`, isn't the server's answer as it came.
  const inner = [...(headers ? [] : [data]), session].find((part) => Object(part) === part && tokenIn(part));
  const answer = Object(tokenIn(body) === undefined ? (inner ?? body) : body) as Fields;
  const accessToken = tokenIn(answer) ?? jwtIn(body) ?? bearerIn(response?.headers) ?? '';
  const expiresIn = answer.expires_in ?? answer.expiresIn ?? answer.accessTokenExpiresIn;
  const refreshToken = answer.refresh_token ?? answer.refreshToken ?? answer.refresh;
  return { accessToken, expiresIn, refreshToken } as TokenSet;
}

function tokenIn(answer: unknown): unknown {
  const { access_token, accessToken, access, token, jwt } = Object(answer) as Fields;
  return access_token ?? accessToken ?? access ?? jwtIn(token) ?? jwtIn(jwt) ?? undefined;
}

/** `token` may be anything, and so may plain text: only a JWT is surely meant (RFC 7519 §3). */
function jwtIn(value: unknown): string | undefined {
  const jwt = typeof value === 'string' ? value.trim() : '';
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(jwt) && decodeClaims(jwt) ? jwt : undefined;
}

/** Devise and others send it in the header that requests bear it in. */
const bearerIn = (headers: Headers | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers?.get('authorization') ?? '')?.[1];

/** How errors name what a bearer client can't use. */
export const NO_DPOP = "DPoP (RFC 9449), which isn't supported yet: let it issue bearer tokens";

/** Why the tokens of an answer can't be used at an API that takes bearer tokens; `undefined` where they can. */
export function unusableTokens(body: unknown): string | undefined {
  const { token_type: type, id_token, idToken } = Object(body) as Fields;
  // RFC 6749 §5.1: it is compared without regard to case, and a type that isn't understood must not be used.
  if (typeof type === 'string' && tokenIn(body) && !/^bearer$/i.test(type)) {
    return /^dpop$/i.test(type) ? `by its token_type it uses ${NO_DPOP}` : 'by its token_type it gave no bearer token';
  }
  if ((id_token ?? idToken) && !tokenIn(body))
    return 'it gave an ID token and no access token: ask for an access token';
  return undefined;
}

/** The names in an answer, never a value; a name that is too long for one may be a token. */
export function keysOf(body: unknown): string {
  const keys = Object.keys(Object(body)).filter((key) => key.length < 30);
  return keys.length ? `the keys ${keys.slice(0, 9).join(', ')}` : 'no keys';
}
