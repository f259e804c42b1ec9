/** The server behind the handlers: what it answers to whom, and what becomes of the cookie. It knows nothing of HTTP mocks. */

import {
  type AccessToken,
  bearerOf,
  createAccessTokens,
  type TokenSettings,
  type TokenVerdict,
} from './access-tokens.js';
import { json, refusal } from './faults.js';
import { hintOf } from './hint-cookie.js';
import { type ClockAndSecrets, createSessions, type Grant, type RotationSettings } from './sessions.js';

/** Read anew at each use: they may change while the server runs. */
export interface StrictSettings extends TokenSettings, RotationSettings {
  /** How an access token is written. The same text is never written twice. */
  writeToken(token: AccessToken): string;
  /** The body of an answer that brings a token. */
  tokenResponse(accessToken: string, token: AccessToken): object;
  readonly refreshTokens: ClockAndSecrets;
  readonly accessTokens: ClockAndSecrets;
}

/** What a browser keeps of a session. Empty: the answer deletes it. */
export interface Cookies {
  /** The refresh token. */
  readonly cookie: string;
  /** What scripts may read beside it. */
  readonly hint: string;
}

/** What the server says. The cookies change when the answer arrives, and not before; they stay where it has none. */
export interface Answer extends Partial<Cookies> {
  readonly response: Response;
}

export interface StrictServer {
  signIn(user: string): Cookies & { readonly body: object };
  /** @param cookie the refresh token that came with the request */
  refresh(cookie: string | undefined): Answer;
  signOut(cookie: string | undefined): Answer;
  judge(authorization: string | null): TokenVerdict;
  expireAccessTokens(): void;
  revokeSession(user: string): void;
  readonly reuseAlarms: number;
}

export function createStrictServer(settings: StrictSettings): StrictServer {
  const sessions = createSessions(settings, settings.refreshTokens);
  const tokens = createAccessTokens(settings, settings.accessTokens);
  /** By what is written, to the letter: nobody here verifies a signature. */
  const idsOfTokens = new Map<string, string>();
  let reuseAlarms = 0;

  function tokenBody(grant: Grant): object {
    const token = tokens.issue(grant);
    const text = settings.writeToken(token);
    idsOfTokens.set(text, token.id);
    return settings.tokenResponse(text, token);
  }

  return {
    signIn(user) {
      const grant = sessions.begin({ id: user, name: user });
      return { body: tokenBody(grant), ...cookiesOf(grant) };
    },

    refresh(cookie) {
      const rotation = sessions.rotate(cookie);
      if (rotation.outcome === 'reused') reuseAlarms++;
      if (!('grant' in rotation)) return { response: json('invalid_grant', 401), ...DELETED };
      return { response: tokenAnswer(tokenBody(rotation.grant)), ...cookiesOf(rotation.grant) };
    },

    signOut(cookie) {
      const family = sessions.familyOf(cookie);
      if (family) sessions.revoke(family);
      return { response: new Response(null, { status: 204 }), ...DELETED };
    },

    judge(authorization) {
      const bearer = bearerOf(authorization);
      return tokens.judge(bearer && (idsOfTokens.get(bearer) ?? 'never issued'));
    },

    expireAccessTokens: tokens.expireAll,
    revokeSession: sessions.revokeUser,
    get reuseAlarms() {
      return reuseAlarms;
    },
  };
}

const DELETED: Cookies = { cookie: '', hint: '' };
const cookiesOf = (grant: Grant): Cookies => ({ cookie: grant.refreshToken, hint: hintOf(grant) });

export const tokenAnswer = (body: object): Response =>
  Response.json(body, { headers: { 'Cache-Control': 'no-store' } });

/** How the API answers a token that isn't good. */
export const refuse = ({ verdict }: TokenVerdict): Response =>
  refusal(verdict === 'missing' ? undefined : 'invalid_token');
