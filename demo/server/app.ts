/** The demo server: constructs its parts, connects them, and listens; several can run in one process. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createActivity, type LogEntry, type Stats } from './activity.ts';
import { createAnswerTiming, type Hold } from './answer-timing.ts';
import { apiRoutes } from './api-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { type Control, controlRoutes } from './control-routes.ts';
import { pageRoutes, securityHeaders } from './page.ts';
import { createSessions } from './sessions.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { createAccessTokens } from './tokens.ts';

export interface DemoServerOptions {
  /** @default 0 any free one */
  readonly port?: number;
  /**
   * How `url` names this machine; both are one site, but two origins. It listens on 127.0.0.1 in either case.
   *
   * @default '127.0.0.1'
   */
  readonly host?: '127.0.0.1' | 'localhost';
}

export interface DemoServer extends Control {
  /** The origin, without a slash at the end. */
  readonly url: string;
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
  /** Cuts what is open, and resolves when the port is free. */
  close(): Promise<void>;
}

/** @throws what `listen` throws, such as `EADDRINUSE` */
export async function createDemoServer({ port = 0, host = '127.0.0.1' }: DemoServerOptions = {}): Promise<DemoServer> {
  const settings: Settings = { ...DEFAULT_SETTINGS };
  const sessions = createSessions(settings);
  const tokens = createAccessTokens(settings);
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

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(securityHeaders);
  app.route('/auth', authRoutes({ settings, sessions, tokens, activity, timing }));
  app.route('/api', apiRoutes({ tokens, activity, timing }));
  app.route('/control', controlRoutes({ settings, activity, control, closing: closing.signal }));
  app.route('/', pageRoutes());

  // The adapter would replace the global Request and Response, under the feet of tests in this process.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    ...control,
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    settings,
    stats: activity.stats,
    log: activity.log,
    holdRefresh: () => timing.hold('refresh'),
    holdLogin: () => timing.hold('login'),
    holdLogout: () => timing.hold('logout'),
    holdApi: () => timing.hold('api'),
    async close() {
      closing.abort();
      timing.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
