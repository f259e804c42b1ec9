/** The demo's strict server, rotation and reuse alarm as they are there, and what peers with a protocol of their own need before it. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createWorld, type World } from '../../demo/server/world.ts';
import { graphqlRoutes } from './graphql-routes.ts';
import { hintRoutes } from './hint-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { sessionsBehind } from './sessions-behind.ts';
import { supertokensRoutes } from './supertokens-routes.ts';

export interface BenchServer extends World {
  readonly url: string;
  close(): Promise<void>;
}

/** Seconds: no token of a scenario expires by itself. */
export const LIFETIME = 3_600;

/** @param bundles a folder with the peers, bundled */
export async function createBenchServer(bundles: string): Promise<BenchServer> {
  const { world, routes, close } = createWorld('');
  const sessions = sessionsBehind(routes);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route('/', pageRoutes(bundles));
  app.route('/', hintRoutes());
  app.route('/', supertokensRoutes(sessions));
  app.route('/', oauthRoutes(sessions));
  app.route('/', graphqlRoutes(routes));
  app.route('/', routes);

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  // A page's connections outlive its pauses.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    ...world,
    reset(scope) {
      world.reset(scope);
      if (scope === 'everything') world.settings.lifetime = LIFETIME;
    },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
