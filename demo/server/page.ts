/** Serves the built demo page, and the security headers that every answer bears. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';

const BUILT = join(import.meta.dirname, '../page/dist');

// No script but the page's own files, and no string may become one: an XSS finds no way to the token in memory.
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  // The tabs of the scenarios are frames.
  "frame-src 'self'",
  "frame-ancestors 'self'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  c.header('Cross-Origin-Resource-Policy', 'same-origin');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
};

export function pageRoutes(): Hono {
  const routes = new Hono();

  // Same origin, same headers, and nothing on it: for a console, which may import "/client.js".
  routes.get('/blank', (c) =>
    c.html('<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>'),
  );

  if (!existsSync(join(BUILT, 'index.html'))) {
    routes.get('/', (c) => c.text('The page is not built yet: build the package, then `vite build demo/page`.', 503));
    return routes;
  }
  routes.use(async (c, next) => {
    await next();
    // The assets are named by their content; the page, which names them, isn't.
    const lasts = c.res.ok && c.req.path.startsWith('/assets/');
    c.header('Cache-Control', lasts ? 'public, max-age=31536000, immutable' : 'no-cache');
  });
  routes.get('*', serveStatic({ root: BUILT }));
  return routes;
}
