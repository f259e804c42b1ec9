/** A cookie that scripts may read, beside each refresh token: it says that there is a session, and changes with each rotation. */

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';

export function hintRoutes(): Hono {
  const routes = new Hono();
  routes.use('/auth/*', async (c, next) => {
    await next();
    const set = c.res.headers.get('Set-Cookie');
    if (!set) return;
    const gone = set.includes('Max-Age=0');
    const hint = gone ? 'has_session=; Path=/; Max-Age=0' : `has_session=${randomUUID()}; Path=/; SameSite=Lax`;
    c.res.headers.append('Set-Cookie', hint);
  });
  return routes;
}
