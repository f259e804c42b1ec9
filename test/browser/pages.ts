/** The pages that tests open: served by the demo server, beside its own. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import type { AuthClientOptions } from 'silent-refresh';
import type { DemoServer } from '../../demo/server/app.ts';
import { CONTENT_SECURITY_POLICY } from '../../demo/server/page.ts';

/** How a tab's page is, and its client. */
export interface Conditions {
  /** `tab` and `two-clients` are under a strict policy, the others under none. */
  readonly page?: 'tab' | 'two-clients' | 'open' | 'framed' | 'prerendered';
  /** What the page `prerendered` does at once. */
  readonly act?: 'request' | 'restore' | 'signIn' | 'signOut' | undefined;
  readonly options?: Partial<AuthClientOptions>;
  /** What the page lacks. */
  readonly without?: readonly ('locks' | 'BroadcastChannel' | 'cookieStore')[];
  /** The version of its messages to other tabs, where it isn't this release's. */
  readonly wire?: number;
}

/** Its address. */
export function pageOf({ url }: DemoServer, conditions: Conditions = {}): string {
  const { page = 'tab', act, options, without = [], wire } = conditions;
  const parameters = new URLSearchParams(without.map((name) => ['without', name]));
  if (act) parameters.set('act', act);
  if (options) parameters.set('options', JSON.stringify(options));
  if (wire) parameters.set('wire', String(wire));
  return `${url}/${page}?${parameters}`;
}

const CLIENT = '<script src="/surroundings.js"></script><script type="module" src="/client.js"></script>';

/** The other one is `window.other`. */
const TWO_CLIENTS = `${CLIENT}<script type="module" src="/other-client.js"></script>`;

const page = (content: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><body>${content}</body></html>`;

const script = (c: Context, text: string) => c.body(text, 200, { 'Content-Type': 'text/javascript' });

export function testPages(): Hono {
  const routes = new Hono();
  for (const name of ['surroundings.js', 'framed.js', 'prerendered.js', 'worker.js'])
    routes.get(name, (c) => script(c, readFileSync(join(import.meta.dirname, 'pages', name), 'utf8')));

  // Under the demo's strict policy.
  const strict = { 'Content-Security-Policy': CONTENT_SECURITY_POLICY };
  routes.get('/tab', (c) => c.html(page(CLIENT), 200, strict));
  routes.get('/two-clients', (c) => c.html(page(TWO_CLIENTS), 200, strict));
  routes.get('/other-client.js', (c) =>
    script(
      c,
      "const { demo } = window; await import('/client.js?other'); window.other = window.demo; window.demo = demo;",
    ),
  );

  routes.get('/prerendered', (c) => c.html(page(`${CLIENT}<script type="module" src="/prerendered.js"></script>`)));

  // Before anybody follows its link, Chromium has the other page ready: https://wicg.github.io/nav-speculation/speculation-rules.html
  routes.get('/link', (c) => {
    const to = new URL(c.req.query('to') ?? '', c.req.url).href;
    const rules = { prerender: [{ source: 'list', urls: [to], eagerness: 'immediate' }] };
    return c.html(page(`<script type="speculationrules">${JSON.stringify(rules)}</script><a href="${to}">on</a>`));
  });

  routes.get('/elsewhere', (c) => c.html(page('')));

  // Under none: it may speak to other origins, and be a frame of theirs.
  routes.get('/open', (c) => c.html(page(CLIENT)));
  routes.get('/framed', (c) => c.html(page(`<script src="/framed.js"></script>${CLIENT}`)));
  routes.get('/frame', (c) => c.html(page(`<iframe src="${encodeURI(c.req.query('of') ?? '')}"></iframe>`)));

  routes.all('/redirect', (c) => c.redirect(c.req.query('to') ?? '/', 307));
  return routes;
}
