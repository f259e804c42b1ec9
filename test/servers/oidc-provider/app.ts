/** The app's own origin: its pages, its API, and its backend. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { sessionsInMemory } from '../../../docs/server/session-store.ts';
import { tokenMediatingBackend } from '../../../docs/server/token-mediating-backend.ts';
import type { PageSettings } from './pages/page.ts';
import { type ProviderOptions, type RunningProvider, SECRET, startProvider } from './provider.ts';

export type PageName = 'spa' | 'with-backend';

export interface RunningApp {
  readonly url: string;
  readonly provider: RunningProvider;
  /** Live: what is assigned here counts for the next page. */
  readonly page: PageSettings;
  /** Live: what the backend calls itself at the provider. */
  readonly client: { id: string; secret: string };
  /** Refreshes that have come to the backend. */
  backendCalls(): number;
  close(): Promise<void>;
}

const here = import.meta.dirname;
const surroundings = readFileSync(join(here, '../../browser/pages/surroundings.js'), 'utf8');

/** From the sources: `silent-refresh` is what tsconfig says. */
const scripts: Record<PageName, Promise<string>> = { spa: bundle('spa'), 'with-backend': bundle('with-backend') };

async function bundle(page: PageName): Promise<string> {
  const entryPoints = [join(here, `pages/${page}.ts`)];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', target: 'es2022', write: false });
  return outputFiles[0]?.text ?? '';
}

export async function startApp(tokens: ProviderOptions['tokens']): Promise<RunningApp> {
  const routes = new Hono();
  // The adapter would replace the global Request and Response, under the feet of tests in this process.
  const server = createAdaptorServer({ fetch: routes.fetch, overrideGlobalObjects: false }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await startProvider({ app: url, tokens });
  const page: PageSettings = {
    provider: provider.endpoints,
    refreshAs: 'spa',
    storage: 'none',
    refreshTimeout: 10_000,
  };
  const client = { id: 'backend', secret: SECRET };

  routes.get('/surroundings.js', (c) => c.body(surroundings, 200, { 'Content-Type': 'text/javascript' }));
  for (const name of Object.keys(scripts) as PageName[]) {
    routes.get(`/${name}.js`, async (c) => c.body(await scripts[name], 200, { 'Content-Type': 'text/javascript' }));
    routes.get(`/${name}`, (c) =>
      c.html(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
        <script>window.settings = ${JSON.stringify(page)}</script>
        <script src="/surroundings.js"></script><script type="module" src="/${name}.js"></script>`,
      ),
    );
  }
  routes.get('/api/:name', async (c) => {
    const subject = await provider.subjectOf(c.req.header('Authorization')?.replace('Bearer ', '') ?? '');
    if (subject) return c.json({ user: subject });
    return c.json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
  });
  let backendCalls = 0;
  routes.use('/auth/refresh', async (_c, next) => {
    backendCalls++;
    await next();
  });
  routes.route(
    '/auth',
    tokenMediatingBackend({
      origin: url,
      home: '/with-backend?signed-in',
      provider: provider.endpoints,
      client,
      scope: 'openid orders',
      sessions: sessionsInMemory(),
    }),
  );

  return {
    url,
    provider,
    page,
    client,
    backendCalls: () => backendCalls,
    async close() {
      await provider.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
