/** A demo server and tabs of a real browser, whichever it is, with the client in them and nothing around. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/server/app.ts';
import { requireBrowser } from './engines/browsers.ts';
import type { Engine, EngineName, Tab } from './engines/engine.ts';
import { START } from './engines/start.ts';
import { type Conditions, pageOf, testPages } from './pages.ts';
import { complaintsOf, tokensIn, tracesOf } from './traces.ts';

declare module 'vitest' {
  interface ProvidedContext {
    engine: EngineName;
    /** How many times each thing is tried: a few, or as many as it takes to believe it. */
    effort: 'quick' | 'thorough';
  }
}

export interface BareStage {
  readonly engine: Engine;
  /** A new one for each test: another origin, where nobody has been before. */
  readonly server: DemoServer;
  openTab(conditions?: Conditions): Promise<Tab>;
  /** Prints what has been counted, and where. */
  report(what: string): void;
}

/** After each test the tabs that are still open are searched: no token anywhere (P9), and no complaint (P12). */
export function setBareStage({ host }: Pick<DemoServerOptions, 'host'> = {}): BareStage {
  let engine: Engine;
  let server: DemoServer;
  let searched = 0;
  const report = (what: string) => console.log(`${engine.version}: ${what}`);

  beforeAll(async () => {
    const name = inject('engine');
    engine = await START[name](requireBrowser(name));
  });
  beforeEach(async () => {
    server = await createDemoServer({ ...(host && { host }), routes: testPages() });
  });
  afterEach(async () => {
    try {
      for (const tab of engine.tabs()) {
        expect(tokensIn(await tracesOf(tab))).toEqual([]);
        expect(await complaintsOf(tab)).toEqual([]);
        searched++;
      }
    } finally {
      await engine.closeTabs();
      await server.close();
    }
  });
  afterAll(async () => {
    if (searched > 0) report(`${searched} pages searched for tokens and complaints, none found`);
    await engine?.quit();
  });

  return {
    get engine() {
      return engine;
    },
    get server() {
      return server;
    },
    openTab: (conditions) => engine.open(pageOf(server, conditions)),
    report,
  };
}

/** `few` in the quick run, `many` in the thorough one. */
export const rounds = (few: number, many: number): number => (inject('effort') === 'thorough' ? many : few);

export const signIn = (tab: Tab, user: string): Promise<string> =>
  tab.run((user) => window.demo.signInAs(user).then(({ status }) => status), user);

/** Gives whether the server has confirmed it. */
export const signOut = (tab: Tab): Promise<boolean> =>
  tab.run(() => window.demo.auth.signOut().then(({ serverConfirmed }) => serverConfirmed));

/** Resolves when the tab knows whether somebody is signed in. */
export const restored = (tab: Tab): Promise<string> =>
  tab.run(() => window.demo.auth.restore().then(({ status }) => status));

export const status = (tab: Tab): Promise<string> => tab.run(() => window.demo.auth.getState().status);

export const subjectOf = (tab: Tab): Promise<string | undefined> =>
  tab.run(() => {
    const state = window.demo.auth.getState();
    return state.status === 'signed-in' ? state.subject : undefined;
  });

/** Whether the access token that the tab has is of no use any more, by the page's clock. */
export const hasExpired = (tab: Tab): Promise<boolean> =>
  tab.run(() => {
    const state = window.demo.auth.getState();
    return state.status === 'signed-in' && Number(state.expiresAt) < Date.now();
  });

/** How many have their turn in the tabs of its origin, and wait for it. */
export const locksOf = (tab: Tab): Promise<{ held: number; pending: number }> =>
  tab.run(() =>
    navigator.locks.query().then(({ held = [], pending = [] }) => ({ held: held.length, pending: pending.length })),
  );

/** Sends requests at once; gives each one's status, or the code of its error. */
export const send = (tab: Tab, count: number, label = 'request'): Promise<(number | string)[]> =>
  tab.run(
    ({ count, label }) =>
      Promise.all(
        Array.from({ length: count }, (_, index) => {
          const id = `${label}-${index}`;
          // Requests for one and the same address would stand in line for the browser's cache.
          return window.demo.auth.fetch(`/api/me?${id}`, { headers: { 'X-Request-Id': id } }).then(
            // Bodies that nobody reads use the browser up: Chromium has room for some 30,000 of them.
            (response) => response.text().then(() => response.status),
            (error) => error.code ?? String(error),
          );
        }),
      ),
    { count, label },
  );

/** Sends until it is answered: what an app does that obeys `retryable` and `retryAfter`. */
export const sendPatiently = (tab: Tab): Promise<number> =>
  tab.run(async () => {
    for (;;) {
      try {
        return (await window.demo.auth.fetch('/api/me')).status;
      } catch (error) {
        const { retryable, retryAfter = 100 } = error as { retryable?: boolean; retryAfter?: number };
        if (!retryable) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryAfter));
      }
    }
  });

/**
 * All tokens expire, the tab sends requests, and its refresh stands still: it has come to the server, and the answer is
 * held back until `release`. Of a tab that dies meanwhile nobody need hear.
 */
export async function holdRefreshOf(
  { server }: BareStage,
  tab: Tab,
  count = 1,
  label?: string,
): Promise<{ answers: ReturnType<typeof send>; release(): void }> {
  server.expire();
  const { arrived, release } = server.holdRefresh();
  const answers = send(tab, count, label);
  answers.catch(() => {});
  await arrived;
  return { answers, release };
}

/** A tab in which Ada is signed in. */
export async function adasTab(stage: BareStage, conditions?: Conditions): Promise<Tab> {
  const tab = await stage.openTab(conditions);
  await signIn(tab, 'ada');
  return tab;
}

/** Tabs that all know that Ada is signed in. */
export async function adasTabs(stage: BareStage, count: number, conditions?: Conditions): Promise<Tab[]> {
  const tabs = [await adasTab(stage, conditions)];
  while (tabs.length < count) {
    const tab = await stage.openTab(conditions);
    expect(await restored(tab)).toBe('signed-in');
    tabs.push(tab);
  }
  return tabs;
}

/** The first one is behind the second, where tabs can be. */
export async function adaInTwoTabs(stage: BareStage, first?: Conditions, second = first): Promise<[Tab, Tab]> {
  const one = await adasTab(stage, first);
  const other = await stage.openTab(second);
  expect(await restored(other)).toBe('signed-in');
  return [one, other];
}
