/** The strict auth server and its API, by the rules of the demo's server; it acts at the moment a request arrives. */

import { bearerOf, createAccessTokens } from '../../../src/testing/server/access-tokens.ts';
import { createSessions, type Family, type Grant, type Rotation } from '../../../src/testing/server/sessions.ts';
import { type Holder, isInBody } from './holder.ts';
import type { Machine } from './machine.ts';
import type { Answer, ServerRequest } from './request.ts';

export type { Answer, Endpoint, ServerRequest } from './request.ts';

export interface ServerRules {
  /** Where it gives refresh tokens to, and takes them from. */
  readonly holder: Holder;
  /** `numbers`: JWTs whose users are numbers. */
  readonly tokens: 'jwt' | 'numbers' | 'opaque';
  /** Whether answers say how long an access token is good for; where not, only a JWT says it. */
  readonly saysLifetime: boolean;
  /** It gives the access token again while that is good, as a backend with a cache does it. */
  readonly repeatsTokens: boolean;
  /** How the API refuses a token: by the status, or in the body of a 200, as GraphQL servers do. */
  readonly refusal: 'status' | 'body';
  /**
   * Beside the cookie of the refresh token, one that scripts may read, and that the client knows of: its value names the
   * session, or is just another one each time. `never-set`: the client is told of one, and the server sets none.
   */
  readonly hint?: 'of-sessions' | 'of-rotations' | 'never-set' | undefined;
  /** Seconds that an access token is good for. */
  readonly lifetime: number;
  /** Whether each refresh brings another refresh token. Where not, that of the sign-in is good until the end. */
  readonly rotates: boolean;
  /** Milliseconds in which a spent refresh token gets its successor again. */
  readonly overlap: number;
}

export interface IssuedToken {
  readonly family: Family;
  readonly generation: number;
  /** By true time. */
  readonly expiresAt: number;
}

export interface Server {
  readonly rules: ServerRules;
  /** By the `sid` of tokens. */
  readonly families: Map<string, Family>;
  readonly alarms: { readonly family: Family; readonly token: string }[];
  /** When each access token was issued, by true time. */
  readonly issued: Map<string, IssuedToken>;
  /** What took effect, by the request's own number. */
  readonly effects: Map<string, { times: number; body: string }>;
  handle(request: ServerRequest): Answer;
  /** Signs a user in, as a login page of the server's own does it. */
  beginSession(user: string): string;
  /** Whose session a bearer token is of. */
  familyOfAccessToken(value: string): Family | undefined;
  /** What its tokens say, or would say, whose they are. */
  subjectOf(family: Family): string;
  isGood(value: string): boolean;
  familyOf(refreshToken: string | undefined): Family | undefined;
  /** The value of the hint cookie beside this refresh token; empty: it sets none. */
  hintOf(refreshToken: string): string;
  /** The refresh token of a session that nobody has spent. */
  newestOf(family: Family): string | undefined;
  voidAccessTokens(): void;
  /** Ends the session of a refresh token, also of a spent one. */
  revoke(refreshToken: string | undefined): void;
}

/** Several tutorials number their users. */
const NUMBERS: Readonly<Record<string, number>> = { ada: 1, bob: 2 };
const REFUSED = { error: 'invalid_token' };

export function createServer(machine: Machine, rules: ServerRules): Server {
  let serial = 0;
  const now = machine.trueNow;
  // So that a secret can be told by its looks, wherever it turns up.
  const sessions = createSessions(rules, { now, secret: () => `refresh-token-${++serial}` });
  const accessTokens = createAccessTokens(rules, { now, secret: () => `id-${++serial}` });
  const numberOf = new Map<Family, string>();
  const idOf = new Map<string, string>();
  const newest = new Map<Family, string>();
  const server: Server = {
    rules,
    families: new Map(),
    alarms: [],
    issued: new Map(),
    effects: new Map(),
    handle(request) {
      if (request.endpoint === 'refresh') return refresh(request.refreshToken);
      if (request.endpoint === 'sign-out') return signOut(request.refreshToken);
      if (request.endpoint === 'login') return tokenAnswer(begin(request.body));
      return api(request);
    },
    beginSession: (user) => begin(user).refreshToken,
    familyOfAccessToken: (value) => accessTokens.judge(idOf.get(value) ?? '').token?.family,
    subjectOf: (family) => String(subjectOf(family)),
    isGood: (value) => accessTokens.judge(idOf.get(value) ?? '').verdict === 'good',
    familyOf: (refreshToken) => sessions.familyOf(refreshToken),
    hintOf(refreshToken) {
      const family = sessions.familyOf(refreshToken);
      const rotation = refreshToken.replace(/\D/g, '');
      if (rules.hint === 'of-rotations') return rotation;
      return rules.hint === 'of-sessions' && family ? `${sidOf(family)}.${rotation}` : '';
    },
    newestOf: (family) => newest.get(family),
    voidAccessTokens: () => accessTokens.expireAll(),
    revoke(refreshToken) {
      const family = sessions.familyOf(refreshToken);
      if (family) sessions.revoke(family);
    },
  };

  function begin(user: string): Grant {
    return remember(sessions.begin({ id: user, name: user }));
  }

  function remember(grant: Grant): Grant {
    newest.set(grant.family, grant.refreshToken);
    return grant;
  }

  function subjectOf({ user }: Family): string | number {
    return (rules.tokens === 'numbers' && NUMBERS[user.id]) || user.id;
  }

  function tokenAnswer(grant: Grant): Answer {
    const { id, issuedAt, expiresAt } = accessTokens.issue(grant);
    const { family } = grant;
    const [iat, exp] = [issuedAt, expiresAt].map((ms) => Math.floor(ms / 1_000));
    const sid = sidOf(family);
    const sub = subjectOf(family);
    const value = rules.tokens === 'opaque' ? `opaque-token-${id}` : jwt({ sub, sid, iat, exp, jti: id });
    idOf.set(value, id);
    server.issued.set(value, { family, generation: grant.generation, expiresAt });
    return answerWith(value, grant, rules.lifetime);
  }

  function answerWith(value: string, { refreshToken, generation }: Grant, seconds: number): Answer {
    const lifetime = rules.saysLifetime ? { expires_in: seconds } : {};
    const body = { access_token: value, token_type: 'Bearer', ...lifetime };
    // RFC 6749 §6: none in an answer means that the old one stays good.
    if (!rules.rotates && generation) return { status: 200, body };
    if (isInBody(rules)) return { status: 200, body: { ...body, refresh_token: refreshToken }, refreshToken };
    return { status: 200, body, refreshToken, setCookie: refreshToken };
  }

  /** The newest token of the session, while it is good. */
  function tokenAgain(grant: Grant): Answer | undefined {
    const [value, { expiresAt } = { expiresAt: 0 }] =
      [...server.issued].findLast(([, { family }]) => family === grant.family) ?? [];
    if (!rules.repeatsTokens || !value || !server.isGood(value)) return undefined;
    return answerWith(value, grant, Math.max(1, Math.ceil((expiresAt - machine.trueNow()) / 1_000)));
  }

  /** The session's number, as tokens give it. */
  function sidOf(family: Family): string {
    const sid = numberOf.get(family) ?? `session-${numberOf.size + 1}`;
    numberOf.set(family, sid);
    server.families.set(sid, family);
    return sid;
  }

  function refresh(refreshToken: string | undefined): Answer {
    const rotation = rules.rotates ? sessions.rotate(refreshToken) : renew(refreshToken);
    if (rotation.outcome === 'reused' && refreshToken)
      server.alarms.push({ family: sessions.familyOf(refreshToken) as Family, token: refreshToken });
    if (rotation.outcome === 'rotated') remember(rotation.grant);
    if (!('grant' in rotation))
      return { status: 401, body: { error: 'invalid_grant' }, takesHint: rules.hint === 'of-sessions' };
    return tokenAgain(rotation.grant) ?? tokenAnswer(rotation.grant);
  }

  /** Without another refresh token. */
  function renew(refreshToken: string | undefined): Rotation {
    const family = sessions.familyOf(refreshToken);
    if (!family || !refreshToken) return { outcome: 'unknown' };
    if (family.state === 'revoked') return { outcome: 'revoked' };
    family.generation++;
    return { outcome: 'rotated', grant: { family, generation: family.generation, refreshToken } };
  }

  function signOut(refreshToken: string | undefined): Answer {
    if (!isInBody(rules)) {
      server.revoke(refreshToken);
      return { status: 204, setCookie: null };
    }
    // Strict: a spent token revokes nothing. RFC 7009 §2.2 has 200 for that, too.
    const family = sessions.familyOf(refreshToken);
    if (family && newest.get(family) === refreshToken) sessions.revoke(family);
    return { status: 200 };
  }

  function api({ path, method, headers, body }: ServerRequest): Answer {
    const bearer = bearerOf(headers.get('authorization'));
    const isGood = !!bearer && server.isGood(bearer);
    if (!isGood || path === '/always-401')
      return rules.refusal === 'status' ? { status: 401, body: REFUSED } : { status: 200, body: REFUSED };
    if (path === '/step-up') {
      const challenge = 'Bearer error="insufficient_user_authentication", acr_values="high"';
      return { status: 401, body: {}, headers: { 'WWW-Authenticate': challenge } };
    }
    if (path === '/forbidden') return { status: 403, body: {} };
    const number = headers.get('x-request-number');
    if (number) {
      const effect = server.effects.get(number) ?? { times: 0, body: '' };
      server.effects.set(number, { times: effect.times + 1, body });
    }
    // Done; the page that it leads to wants another token.
    if (path === '/see-other' && method === 'POST') return { status: 401, body: REFUSED, redirectedTo: '/elsewhere' };
    return { status: 200, body: {} };
  }
  return server;
}

/** Nobody here verifies its signature. */
function jwt(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.c2lnbmF0dXJl`;
}
