/** `/auth`: sign-in, refresh with rotation, and sign-out; the refresh token travels in an HttpOnly cookie alone. */

import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Activity, ActivityKind } from './activity.ts';
import type { AnswerTiming } from './answer-timing.ts';
import { drop, faultyAnswer } from './faults.ts';
import { requestId } from './request-id.ts';
import type { Grant, Sessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import type { TokenFormat } from './token-format.ts';
import type { AccessTokens } from './tokens.ts';
import { findUser } from './users.ts';

type AuthContext = Context<{ Bindings: HttpBindings }>;
/** Whom a request is about, for the log. */
type Subject = Pick<Grant, 'family' | 'generation'>;

/** Seconds: 30 days. */
const COOKIE_MAX_AGE = 2_592_000;

export function authRoutes(parts: {
  /** Where the cookie is sent: to these routes alone. */
  cookiePath: string;
  settings: Settings;
  sessions: Sessions;
  tokens: AccessTokens;
  format: TokenFormat;
  activity: Activity;
  timing: AnswerTiming;
}): Hono<{ Bindings: HttpBindings }> {
  const { cookiePath, settings, sessions, tokens, format, activity, timing } = parts;
  const routes = new Hono<{ Bindings: HttpBindings }>();

  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  routes.post('/login', async (c) => {
    const { user, password } = await c.req.json().catch(() => ({}));
    const known = findUser(String(user), String(password));
    const grant = known && sessions.begin(known);
    if (grant) activity.count('logins');
    const body = grant && (await tokenResponse(grant));
    await timing.beforeAnswer('login');
    if (!grant) return answered(c, 'login', 'refused', undefined, c.json({ error: 'invalid_credentials' }, 401));
    giveCookie(c, grant);
    return answered(c, 'login', 'signed-in', grant, c.json(body));
  });

  routes.post('/refresh', async (c) => {
    activity.count('refreshCalls');
    const presented = getCookie(c, cookieName(c));
    const family = sessions.familyOf(presented);
    const done = activity.refreshing(family);
    try {
      return await refresh(c, presented, family && { family, generation: family.generation });
    } finally {
      done();
    }
  });

  async function refresh(
    c: AuthContext,
    presented: string | undefined,
    subject: Subject | undefined,
  ): Promise<Response> {
    const { fault, dropAfterRotation } = settings;
    const faulty = faultyAnswer(settings);
    if (faulty || (fault === 'drop' && !dropAfterRotation)) {
      await timing.beforeAnswer('refresh');
      return answered(c, 'refresh', `fault-${fault}`, subject, faulty ?? drop(c.env));
    }
    // A form of another site can send the cookie, but no header of its own.
    if (!c.req.header('X-Requested-With')) {
      activity.count('rejectedRefreshes');
      await timing.beforeAnswer('refresh');
      return answered(c, 'refresh', 'no-header', subject, c.json({ error: 'x_requested_with_missing' }, 403));
    }
    const rotation = sessions.rotate(presented);
    const { outcome } = rotation;
    if (outcome === 'rotated') activity.count('rotations');
    if (outcome === 'reused') activity.count('reuseAlarms');
    if (!('grant' in rotation)) activity.count('rejectedRefreshes');
    const body = 'grant' in rotation ? await tokenResponse(rotation.grant) : { error: 'invalid_grant' };
    await timing.beforeAnswer('refresh');

    const grant = 'grant' in rotation ? rotation.grant : undefined;
    if (fault === 'drop') return answered(c, 'refresh', `fault-drop-${outcome}`, grant ?? subject, drop(c.env));
    if (grant) giveCookie(c, grant);
    else takeCookie(c);
    return answered(c, 'refresh', outcome, grant ?? subject, c.json(body, grant ? 200 : 401));
  }

  routes.post('/logout', async (c) => {
    activity.count('logouts');
    const family = sessions.familyOf(getCookie(c, cookieName(c)));
    const outcome = family ? (settings.signOutEnds === 'session' ? 'revoked' : 'forgotten') : 'unknown';
    if (family && outcome === 'revoked') sessions.revoke(family);
    await timing.beforeAnswer('logout');
    takeCookie(c);
    return answered(c, 'logout', outcome, family && { family, generation: family.generation }, c.body(null, 204));
  });

  // In production also `Secure`, and `__Secure-` before the name; not every browser takes those over http from loopback.
  const attributes = {
    strict: { sameSite: 'Strict' },
    partitioned: { sameSite: 'None', secure: true, partitioned: true },
  } as const;
  const cookie = () => ({ path: cookiePath, httpOnly: true, ...attributes[settings.cookie] });

  function giveCookie(c: AuthContext, grant: Grant): void {
    setCookie(c, cookieName(c), grant.refreshToken, { ...cookie(), maxAge: COOKIE_MAX_AGE });
  }

  function takeCookie(c: AuthContext): void {
    deleteCookie(c, cookieName(c), cookie());
  }

  async function tokenResponse(grant: Grant): Promise<object> {
    const { lifetime } = settings;
    return { access_token: await format.write(tokens.issue(grant)), token_type: 'Bearer', expires_in: lifetime };
  }

  function answered(
    c: AuthContext,
    kind: ActivityKind,
    outcome: string,
    subject: Subject | undefined,
    response: Response,
  ) {
    activity.record({
      kind,
      user: subject?.family.user.id,
      generation: subject?.generation,
      status: outcome.startsWith('fault-drop') ? 0 : response.status,
      requestId: requestId(c),
      method: c.req.method,
      path: c.req.path,
      outcome,
    });
    return response;
  }

  return routes;
}

/** One per port: cookies don't tell ports apart (RFC 6265 §8.5), and two of these servers may meet in one browser. */
const cookieName = (c: AuthContext): string => `refresh_token_${new URL(c.req.url).port}`;
