/** An auth server with its API and its control panel. The demo has two, which know nothing of each other. */

import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createAccessTokens } from '../../src/testing/server/access-tokens.ts';
import { createSessions } from '../../src/testing/server/sessions.ts';
import { createActivity, type LogEntry, type Stats } from './activity.ts';
import { createAnswerTiming, type Hold } from './answer-timing.ts';
import { apiRoutes } from './api-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { REAL } from './clock-and-secrets.ts';
import { type Control, controlRoutes } from './control-routes.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { createTokenFormat } from './token-format.ts';

/** What tests in this process see of it, and do to it. */
export interface World extends Control {
  /** Live: what is assigned here counts from the next request on. */
  readonly settings: Settings;
  stats(): Stats;
  /** Oldest first. */
  log(): LogEntry[];
  /** Keeps back the answer of the next refresh, after its rotation; call it again for the one after. */
  holdRefresh(): Hold;
  /** Keeps back the answer of the next login, after its cookie was issued. */
  holdLogin(): Hold;
  /** Keeps back the answer of the next logout, after the family was revoked. */
  holdLogout(): Hold;
  /** Keeps back the answer of the next API request, after its token was judged. */
  holdApi(): Hold;
}

export interface ServedWorld {
  readonly world: World;
  readonly routes: Hono<{ Bindings: HttpBindings }>;
  close(): void;
}

/** @param path where it will be mounted: '' for the root; its cookie goes to no other place */
export function createWorld(path: string): ServedWorld {
  const settings: Settings = { ...DEFAULT_SETTINGS };
  const sessions = createSessions(settings, REAL);
  const tokens = createAccessTokens(settings, REAL);
  const format = createTokenFormat(settings);
  const activity = createActivity();
  const timing = createAnswerTiming(settings);
  const closing = new AbortController();

  const control: Control = {
    expire: tokens.expireAll,
    revoke: sessions.revokeUser,
    reset(scope) {
      activity.reset(scope === 'stats' ? 'stats' : 'stats-and-log');
      if (scope === 'stats') return;
      timing.releaseAll();
      sessions.reset();
      tokens.reset();
      Object.assign(settings, DEFAULT_SETTINGS);
    },
  };

  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.route(
    '/auth',
    authRoutes({ cookiePath: `${path}/auth`, settings, sessions, tokens, format, activity, timing }),
  );
  routes.route('/api', apiRoutes({ tokens, format, activity, timing }));
  routes.route('/control', controlRoutes({ settings, activity, control, closing: closing.signal }));

  return {
    routes,
    world: {
      ...control,
      settings,
      stats: activity.stats,
      log: activity.log,
      holdRefresh: () => timing.hold('refresh'),
      holdLogin: () => timing.hold('login'),
      holdLogout: () => timing.hold('logout'),
      holdApi: () => timing.hold('api'),
    },
    close() {
      closing.abort();
      timing.close();
    },
  };
}
