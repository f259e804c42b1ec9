/** `/auth`: the routes of docs/server, and around them what only a demo has: faults, slow answers, and a log to look at. */

import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { type AuditEntry, authRoutes as routesOfAnyServer } from '../../docs/server/auth-routes.ts';
import type { AccessTokens } from '../../src/testing/server/access-tokens.ts';
import type { Family, Grant, Sessions } from '../../src/testing/server/sessions.ts';
import type { Activity, ActivityKind } from './activity.ts';
import type { AnswerTiming } from './answer-timing.ts';
import { drop, faultyAnswer } from './faults.ts';
import { requestId } from './request-id.ts';
import type { Settings } from './settings.ts';
import type { TokenFormat } from './token-format.ts';
import { findUser } from './users.ts';

interface AuthEnv {
  Bindings: HttpBindings;
  /** What the routes said of the request. */
  Variables: { entry: AuditEntry<Grant> };
}
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
}): Hono<AuthEnv> {
  const { cookiePath, settings, sessions, tokens, format, activity, timing } = parts;
  const routes = new Hono<AuthEnv>();

  // A fault's answer is to be cached as little as the others.
  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  routes.post('/login', async (c, next) => {
    await next();
    const { outcome, session } = c.get('entry');
    if (session) activity.count('logins');
    await timing.beforeAnswer('login');
    record(c, 'login', outcome, session);
  });

  routes.post('/refresh', async (c, next) => {
    activity.count('refreshCalls');
    const done = activity.refreshing(presentedBy(c)?.family);
    try {
      return await refresh(c, next);
    } finally {
      done();
    }
  });

  async function refresh(c: Context<AuthEnv>, next: () => Promise<void>): Promise<Response | undefined> {
    const { fault, dropAfterRotation } = settings;
    const presented = presentedBy(c);
    const faulty = faultyAnswer(settings);
    if (faulty || (fault === 'drop' && !dropAfterRotation)) {
      activity.count('faultyRefreshes');
      await timing.beforeAnswer('refresh');
      const answer = faulty ?? drop(c.env);
      record(c, 'refresh', `fault-${fault}`, presented, answer.status);
      return answer;
    }
    await next();
    const { outcome, session } = c.get('entry');
    activity.count(countOf(outcome, getCookie(c, cookieName(c)) !== undefined));
    if (outcome === 'reused') activity.count('reuseAlarms');
    await timing.beforeAnswer('refresh');
    const isDropped = fault === 'drop' && outcome !== 'no-header';
    if (isDropped) c.res = drop(c.env);
    record(c, 'refresh', isDropped ? `fault-drop-${outcome}` : outcome, session ?? presented);
    return undefined;
  }

  routes.post('/logout', async (c, next) => {
    activity.count('logouts');
    const presented = presentedBy(c);
    await next();
    await timing.beforeAnswer('logout');
    record(c, 'logout', c.get('entry').outcome, presented);
  });

  // In production also `Secure`, and `__Secure-` before the name; not every browser takes those over http from loopback.
  const attributes = {
    strict: { sameSite: 'Strict' },
    partitioned: { sameSite: 'None', secure: true, partitioned: true },
  } as const;

  // Also with a link from elsewhere: the page that it leads to reads it.
  const hintAttributes = { ...attributes, strict: { sameSite: 'Lax' } } as const;

  const lasting = () => ({ maxAge: COOKIE_MAX_AGE, ...(settings.cookieDomain && { domain: settings.cookieDomain }) });

  routes.route(
    '/',
    routesOfAnyServer({
      checkPassword: findUser,
      sessions: {
        begin: sessions.begin,
        rotate(refreshToken) {
          const rotation = sessions.rotate(refreshToken);
          return { outcome: rotation.outcome, session: 'grant' in rotation ? rotation.grant : undefined };
        },
        end(refreshToken) {
          const family = sessions.familyOf(refreshToken);
          if (!family) return 'unknown';
          if (settings.signOutEnds === 'cookie') return 'forgotten';
          sessions.revoke(family);
          return 'revoked';
        },
      },
      async tokenResponse(grant) {
        const { lifetime } = settings;
        return { access_token: await format.write(tokens.issue(grant)), token_type: 'Bearer', expires_in: lifetime };
      },
      cookie: (c) => ({
        name: cookieName(c),
        options: { path: cookiePath, httpOnly: true, ...attributes[settings.cookie], ...lasting() },
      }),
      hint: (c) =>
        settings.hint === 'none'
          ? undefined
          : {
              name: `has_session_${cookiePath === '/auth' ? '' : 'stage_'}${portOf(c)}`,
              options: { path: '/', ...hintAttributes[settings.cookie], ...lasting() },
              value: ({ family, generation }) => `${numberOf(family)}.${generation}`,
            },
      audit: (c, entry) => c.set('entry', entry),
    }),
  );

  const numbers = new WeakMap<Family, number>();
  let sessionCount = 0;

  /** Another one for each sign-in. */
  function numberOf(family: Family): number {
    const number = numbers.get(family) ?? ++sessionCount;
    numbers.set(family, number);
    return number;
  }

  function presentedBy(c: Context): Subject | undefined {
    const family = sessions.familyOf(getCookie(c, cookieName(c)));
    return family && { family, generation: family.generation };
  }

  function record(
    c: Context,
    kind: ActivityKind,
    outcome: string,
    subject: Subject | undefined,
    status: number = c.res.status,
  ): void {
    activity.record({
      kind,
      user: subject?.family.user.id,
      generation: subject?.generation,
      status: outcome.startsWith('fault-drop') ? 0 : status,
      requestId: requestId(c),
      method: c.req.method,
      path: c.req.path,
      outcome,
    });
  }

  return routes;
}

/** Where a refresh counts, so that all of them add up. */
function countOf(outcome: string, presented: boolean) {
  if (outcome === 'rotated') return 'rotations';
  if (outcome === 'repeated') return 'repeatedRefreshes';
  return presented || outcome === 'no-header' ? 'rejectedRefreshes' : 'refreshesOfNobody';
}

/** One per port: cookies don't tell ports apart (RFC 6265 §8.5), and two of these servers may meet in one browser. */
const cookieName = (c: Context): string => `refresh_token_${portOf(c)}`;

const portOf = (c: Context): string => new URL(c.req.url).port;
