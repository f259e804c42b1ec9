/** `/control`: what only a demo has: look inside, change settings, expire and revoke, and watch it live. */

import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Activity } from './activity.ts';
import { misfits, type Settings } from './settings.ts';

/** The same for tests in this process and for the page. */
export interface Control {
  expire(): void;
  revoke(user: string): void;
  reset(scope: 'stats' | 'everything'): void;
}

export function controlRoutes(parts: {
  settings: Settings;
  activity: Activity;
  control: Control;
  closing: AbortSignal;
}): Hono {
  const { settings, activity, control, closing } = parts;
  const routes = new Hono();
  const settingsListeners = new Set<() => void>();
  const state = () => ({ settings, stats: activity.stats() });

  // Nobody signs in here, so at least no other site may ask.
  routes.use(async (c, next) => {
    const site = c.req.header('Sec-Fetch-Site') ?? 'same-origin';
    if (site !== 'same-origin' && site !== 'none') return c.json({ error: 'cross_site' }, 403);
    await next();
    c.header('Cache-Control', 'no-store');
  });

  routes.get('/state', (c) => c.json(state()));

  routes.get('/log', (c) => c.json(activity.log()));

  routes.post('/settings', async (c) => {
    const change: unknown = await c.req.json().catch(() => undefined);
    if (typeof change !== 'object' || change === null) return c.json({ error: 'not_json' }, 400);
    const names = misfits(change);
    if (names.length > 0) return c.json({ error: 'invalid_settings', names }, 400);
    Object.assign(settings, change);
    for (const listener of settingsListeners) listener();
    return c.json(state());
  });

  routes.post('/expire', (c) => {
    control.expire();
    return c.body(null, 204);
  });

  routes.post('/revoke', async (c) => {
    const { user } = await c.req.json().catch(() => ({}));
    control.revoke(String(user));
    return c.body(null, 204);
  });

  routes.post('/reset', async (c) => {
    const { only } = await c.req.json().catch(() => ({}));
    control.reset(only === 'stats' ? 'stats' : 'everything');
    for (const listener of settingsListeners) listener();
    return c.json(state());
  });

  routes.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const send = (event: string, data: unknown) => void stream.writeSSE({ event, data: JSON.stringify(data) });
      const sendSettings = () => send('settings', settings);
      const unsubscribe = activity.subscribe((change) =>
        change.type === 'stats' ? send('stats', change.stats) : send('log', change.entry),
      );
      settingsListeners.add(sendSettings);
      send('settings', settings);
      send('stats', activity.stats());
      await new Promise<void>((resolve) => {
        stream.onAbort(resolve);
        closing.addEventListener('abort', () => resolve(), { once: true });
      });
      unsubscribe();
      settingsListeners.delete(sendSettings);
    }),
  );

  return routes;
}
