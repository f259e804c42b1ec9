/** Django, and tabs of a real browser with the client in them. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { restored, signIn } from '../../browser/bare-stage.ts';
import { requireBrowser } from '../../browser/engines/browsers.ts';
import type { Engine, Tab } from '../../browser/engines/engine.ts';
import { START } from '../../browser/engines/start.ts';
import { complaintsOf, tokensIn, tracesOf } from '../../browser/traces.ts';
import { type Django, startDjango } from './start-django.ts';

/** Where the refresh token is. */
export type Way = 'cookie' | 'body';
export const WAYS: readonly (readonly [name: string, way: Way])[] = [
  ['in a cookie', 'cookie'],
  ['in the body, for SimpleJWT’s own views', 'body'],
];

export interface PageConditions {
  /** Whether the page's own answer sets the CSRF cookie. */
  readonly page?: 'page' | 'with-csrf';
  /** The refresh token in sessionStorage. */
  readonly stored?: boolean;
  /** Without the slash at the end of the refresh's address. */
  readonly slash?: 'without';
  /** As on plain http on a LAN. */
  readonly without?: 'locks';
  readonly options?: { readonly refreshTimeout?: number; readonly name?: string };
}

export interface DjangoStage {
  readonly engine: Engine;
  readonly server: Django;
  pageOf(way: Way, conditions?: PageConditions): string;
  openTab(way: Way, conditions?: PageConditions): Promise<Tab>;
  /** Prints what has been counted, and where. */
  report(what: string): void;
}

/** After each test the tabs that are still open are searched: no token anywhere (P9), and no complaint (P12). */
export function setDjangoStage(): DjangoStage {
  let engine: Engine;
  let server: Django;
  let site = 0;

  beforeAll(async () => {
    const name = inject('engine');
    engine = await START[name](requireBrowser(name));
    server = await startDjango();
    console.log(`${engine.version} with ${server.versions}`);
  });
  beforeEach(async () => {
    await server.reset();
    // Another origin with cookies of its own, where nobody has been before.
    site++;
  });
  afterEach(async () => {
    try {
      for (const tab of engine.tabs()) {
        const isStored = await tab.run(() => location.search.includes('stored'));
        if (!isStored) expect(tokensIn(await tracesOf(tab))).toEqual([]);
        expect(await complaintsOf(tab)).toEqual([]);
      }
    } finally {
      await engine.closeTabs();
    }
  });
  afterAll(async () => {
    await engine?.quit();
    await server?.close();
  });

  const pageOf = (way: Way, { page = 'page', stored, slash, without, options }: PageConditions = {}) => {
    const parameters = new URLSearchParams({ way });
    if (stored) parameters.set('stored', '');
    if (slash) parameters.set('slash', slash);
    if (without) parameters.set('without', without);
    if (options) parameters.set('options', JSON.stringify(options));
    return `http://site-${site}.localhost:${server.port}/${page}?${parameters}`;
  };
  return {
    get engine() {
      return engine;
    },
    get server() {
      return server;
    },
    pageOf,
    openTab: (way, conditions) => engine.open(pageOf(way, conditions)),
    report: (what) => console.log(`${engine.version}: ${what}`),
  };
}

/** Tabs that all know that Ada is signed in. */
export async function adasTabs(
  stage: DjangoStage,
  way: Way,
  count: number,
  conditions?: PageConditions,
): Promise<[Tab, ...Tab[]]> {
  const first = await stage.openTab(way, conditions);
  await signIn(first, 'ada');
  const others: Tab[] = [];
  while (others.length < count - 1) {
    const tab = await stage.openTab(way, conditions);
    expect(await restored(tab)).toBe('signed-in');
    others.push(tab);
  }
  return [first, ...others];
}

/** Places orders at once; gives each one's status, or the code of its error. */
export const order = (tab: Tab, count: number, label: string): Promise<(number | string)[]> =>
  tab.run(
    ({ count, label }) =>
      Promise.all(
        Array.from({ length: count }, (_, index) => {
          const id = `${label}-${index}`;
          const headers = { 'Content-Type': 'application/json', 'X-Request-Id': id };
          return window.demo.auth
            .fetch('/api/orders', { method: 'POST', headers, body: JSON.stringify({ item: id }) })
            .then(({ status }) => status)
            .catch((error) => error.code ?? String(error));
        }),
      ),
    { count, label },
  );
