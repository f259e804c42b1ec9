/** Chromium with pages that bundle the development build, or the production build, and all that their consoles say. */

import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from 'playwright-core';
import type { AuthClient, AuthClientOptions, DebugEntry } from 'silent-refresh';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { requireBrowser } from './engines/browsers.ts';
import { FLAGS } from './engines/chromium.ts';
import { type MistakenServer, startMistakenServer, type World } from './mistaken-server.ts';

declare global {
  interface Window {
    /** The package, as the page's bundle has it. */
    readonly silentRefresh: typeof import('silent-refresh');
    /** Makes a client that keeps its entries; its endpoints are those of a world, which may be on another origin. */
    begin(world: string, options?: Partial<AuthClientOptions>): AuthClient;
    /** The same, and signs in; `init` is for the login request. */
    signIn(world: string, options?: Partial<AuthClientOptions>, init?: RequestInit): Promise<AuthClient>;
    /** Three times, also while the client would leave the server alone; failures are expected. */
    thrice(work: () => unknown): Promise<void>;
    readonly clients: AuthClient[];
    /** As JSON, with all that errors say. */
    readonly entries: string[];
    readonly problems: string[];
  }
}

/** What no console and no entry may hold, beside all that a server issues. */
export const SECRETS = ['secret-in-query', 'secret-in-body', 'secret-password'];

const PAGE = (
  bundle: string,
): string => `<!doctype html><meta charset="utf-8"><title>A page</title><script type="module">
import * as silentRefresh from '${bundle}';
const all = (key, value) =>
  value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value;
const clients = [], entries = [], problems = [];
const begin = (world, options) => {
  const auth = silentRefresh.createAuthClient({
    name: world,
    refresh: world + '/refresh',
    signOut: world + '/logout',
    debug: (entry) => void entries.push(JSON.stringify(entry, all)),
    ...options,
  });
  auth.on('problem', ({ code }) => problems.push(code));
  clients.push(auth);
  return auth;
};
const signIn = async (world, options, init) => {
  const auth = begin(world, options);
  const body = new URLSearchParams({ user: 'ada', password: 'secret-password' });
  await auth.signIn(() => fetch(world + '/login?secret-in-query', { method: 'POST', body, credentials: 'include', ...init }));
  return auth;
};
const thrice = async (work) => {
  for (let time = 0; time < 3; time++) {
    dispatchEvent(new Event('online'));
    await Promise.resolve(work()).catch(() => {});
  }
};
Object.assign(window, { silentRefresh, clients, entries, problems, begin, signIn, thrice });
</script>`;

/** As an app's bundler does it, in development or for production. */
async function bundle(condition: 'development' | 'production'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: "export * from 'silent-refresh';", resolveDir: join(import.meta.dirname, '../..') },
    conditions: [condition],
    // The project's own names the sources.
    tsconfigRaw: '{}',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return String(outputFiles[0]?.text);
}

const textOf = async (page: Promise<string>) => ({ type: 'text/javascript', text: await page });

export interface DevelopmentStage {
  /** The page's own server, and one on another port. */
  readonly server: MistakenServer;
  readonly other: MistakenServer;
  readonly context: BrowserContext;
  /** What the pages' consoles have said in this test, with the level before it. */
  readonly said: string[];
  /** On which server, and by which name of this machine. */
  urlOf(world: World, on: MistakenServer, host?: string): string;
  /** `before` runs in the page, before its scripts. */
  openPage(options?: {
    host?: string;
    page?: '/page' | '/production' | '/sandbox';
    before?: () => void;
  }): Promise<Page>;
}

/** After each test, all that was said and told is searched for secrets. */
export function setDevelopmentStage(): DevelopmentStage {
  let browser: Browser;
  let context: BrowserContext;
  const servers: MistakenServer[] = [];
  const said: string[] = [];
  const server = (index: number): MistakenServer => servers[index] ?? expect.unreachable('The servers have started.');

  beforeAll(async () => {
    const html = (text: string) => ({ type: 'text/html', text });
    const pages = {
      '/page': html(PAGE('/development.js')),
      '/production': html(PAGE('/production.js')),
      '/sandbox': html('<!doctype html><title>A page</title><iframe sandbox="allow-scripts" src="/page"></iframe>'),
      '/development.js': await textOf(bundle('development')),
      '/production.js': await textOf(bundle('production')),
    };
    servers.push(await startMistakenServer(pages), await startMistakenServer({}));
    browser = await chromium.launch({
      executablePath: requireBrowser('chromium'),
      // Every name is this machine's.
      args: [...FLAGS, '--host-resolver-rules=MAP * 127.0.0.1'],
    });
  });
  beforeEach(async () => {
    said.length = 0;
    context = await browser.newContext();
    context.on('console', (message) => isTheBrowsersOwn(message) || said.push(`${message.type()}: ${message.text()}`));
    context.on('weberror', (error) => said.push(`uncaught: ${error.error()}`));
  });
  afterEach(async () => {
    const pages = context.pages().flatMap((page) => page.frames());
    const entries = await Promise.all(pages.map((frame) => frame.evaluate(() => window.entries ?? [])));
    await context.close();
    const all = [...said, ...entries.flat()].join('\n');
    const secrets = [...SECRETS, ...servers.flatMap(({ issued }) => issued)];
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    for (const each of servers) await each.close();
  });

  return {
    get server() {
      return server(0);
    },
    get other() {
      return server(1);
    },
    get context() {
      return context;
    },
    said,
    urlOf: ({ path }, { port }, host = '127.0.0.1') => `http://${host}:${port}${path}`,
    async openPage({ host = '127.0.0.1', page: path = '/page', before } = {}) {
      const page = await context.newPage();
      if (before) await page.addInitScript(before);
      await page.goto(`http://${host}:${server(0).port}${path}`);
      return page;
    },
  };
}

/** What Chromium says of requests by itself: a visitor's 401 among them. */
const isTheBrowsersOwn = (message: ConsoleMessage): boolean =>
  message.type() === 'error' && /^(Failed to load resource|Access to fetch at)/.test(message.text());

export const entriesOf = async (page: Page): Promise<DebugEntry[]> =>
  (await page.evaluate(() => window.entries)).map((entry) => JSON.parse(entry));

/** A function that runs in the page, where it finds what the page has at its `window`. */
export const run = (page: Page, play: (world: string) => unknown, world: string): Promise<unknown> =>
  page.evaluate(`(${play})(${JSON.stringify(world)})`);
