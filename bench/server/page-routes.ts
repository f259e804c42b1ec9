/** The pages that peers run in, and their scripts. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';

const html = (content: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,"><body>${content}</body></html>`;

export function pageRoutes(bundles: string): Hono {
  const routes = new Hono();
  routes.get('/page', (c) => c.html(html('')));
  routes.get('/bundles/:name{[a-z0-9-]+\\.js}', (c) =>
    c.body(readFileSync(join(bundles, c.req.param('name'))), 200, {
      'Content-Type': 'text/javascript',
      'Cache-Control': 'public, max-age=31536000, immutable',
    }),
  );
  // A page that asks for its first answer as it loads.
  routes.get('/opens/:peer{[a-z0-9-]+}', (c) =>
    c.html(
      html(`<script type="module">
      const start = performance.now();
      const { openNewTab, passHours } = await import('/bundles/work.js');
      passHours(Number(new URLSearchParams(location.search).get('hours')));
      openNewTab('${c.req.param('peer')}', start);
    </script>`),
    ),
  );
  // Before anybody follows its link, Chromium has the other page ready: https://wicg.github.io/nav-speculation/speculation-rules.html
  routes.get('/link/:peer{[a-z0-9-]+}', (c) => {
    const to = `/opens/${c.req.param('peer')}`;
    const rules = { prerender: [{ source: 'list', urls: [to], eagerness: 'immediate' }] };
    return c.html(html(`<script type="speculationrules">${JSON.stringify(rules)}</script><a href="${to}">on</a>`));
  });
  return routes;
}
