/** The demo server: its two worlds and its pages, listening; several can run in one process. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { pageRoutes, securityHeaders } from './page.ts';
import { createWorld, type World } from './world.ts';

export interface DemoServerOptions {
  /** @default 0 any free one */
  readonly port?: number;
  /**
   * How `url` names this machine. It listens on 127.0.0.1 in any case.
   *
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /** More routes, before all others, and without the headers that those bear. */
  readonly routes?: Hono | undefined;
}

/** Itself the world of the page. */
export interface DemoServer extends World {
  /** The origin, without a slash at the end. */
  readonly url: string;
  /** The world of the scenarios: they leave the page's own session alone. */
  readonly stage: World;
  /** Cuts what is open, and resolves when the port is free. */
  close(): Promise<void>;
}

/** @throws what `listen` throws, such as `EADDRINUSE` */
export async function createDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', routes } = options;
  const own = createWorld('');
  const stage = createWorld('/stage');

  const app = new Hono<{ Bindings: HttpBindings }>();
  if (routes) app.route('/', routes);
  app.use(securityHeaders);
  app.route('/', own.routes);
  app.route('/stage', stage.routes);
  app.route('/', pageRoutes());

  // The adapter would replace the global Request and Response, under the feet of tests in this process.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    ...own.world,
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stage: stage.world,
    async close() {
      own.close();
      stage.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
