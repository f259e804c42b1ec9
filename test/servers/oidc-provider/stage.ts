/** oidc-provider, an app, and tabs of a real browser in which Ada is signed in. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { requireBrowser } from '../../browser/engines/browsers.ts';
import type { Engine, Tab } from '../../browser/engines/engine.ts';
import { START } from '../../browser/engines/start.ts';
import { complaintsOf } from '../../browser/traces.ts';
import { type PageName, type RunningApp, startApp } from './app.ts';
import type { ProviderOptions, RunningProvider } from './provider.ts';

export interface Stage {
  /** Both are new for each test: other origins, where nobody has been before. */
  readonly app: RunningApp;
  readonly provider: RunningProvider;
  openTab(): Promise<Tab>;
  /** Tabs that all know that Ada is signed in: the first one by a login at the provider. */
  adasTabs(count: number): Promise<[Tab, ...Tab[]]>;
  reload(tab: Tab): Promise<void>;
  /** Prints what has been counted, and where. */
  report(what: string): void;
}

export function setStage(page: PageName, tokens: ProviderOptions['tokens']): Stage {
  let engine: Engine;
  let app: RunningApp;

  beforeAll(async () => {
    const name = inject('engine');
    engine = await START[name](requireBrowser(name));
  });
  beforeEach(async () => {
    app = await startApp(tokens);
  });
  afterEach(async () => {
    try {
      for (const tab of engine.tabs()) expect(await complaintsOf(tab)).toEqual([]);
    } finally {
      await engine.closeTabs();
      await app.close();
    }
  });
  afterAll(() => engine?.quit());

  const openTab = () => engine.open(`${app.url}/${page}`);

  async function signIn(tab: Tab): Promise<void> {
    // The page may be gone before it answers.
    await tab.run(() => void window.app.signIn()).catch(() => {});
    const signedIn = () => tab.run(() => window.app.ready.then(() => window.app.auth.getState().status));
    await expect.poll(() => signedIn().catch(String)).toBe('signed-in');
  }

  return {
    get app() {
      return app;
    },
    get provider() {
      return app.provider;
    },
    openTab,
    async adasTabs(count) {
      const first = await openTab();
      await signIn(first);
      const tabs: [Tab, ...Tab[]] = [first];
      while (tabs.length < count) {
        const tab = await openTab();
        expect(await restored(tab)).toBe('signed-in');
        tabs.push(tab);
      }
      return tabs;
    },
    reload: (tab) => tab.goto(`${app.url}/${page}`),
    report: (what) => console.log(`${engine.version}: ${page}, ${tokens} tokens: ${what}`),
  };
}

/** Resolves when the tab knows whether somebody is signed in. */
export const restored = (tab: Tab): Promise<string> =>
  tab.run(() => window.app.auth.restore().then(({ status }) => status));

/** `signed-out expired`, say. */
export const status = (tab: Tab): Promise<string> =>
  tab.run(() => {
    const state = window.app.auth.getState();
    return state.status === 'signed-out' ? `signed-out ${state.reason}` : state.status;
  });

/** Gives whether the server has confirmed it. */
export const signOut = (tab: Tab): Promise<boolean> =>
  tab.run(() => window.app.auth.signOut().then(({ serverConfirmed }) => serverConfirmed));

/** Sends requests at once; gives each one's status, or the code of its error. */
export const send = (tab: Tab, count: number): Promise<(number | string)[]> =>
  tab.run(
    (count) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          // Requests for one and the same address would stand in line for the browser's cache.
          window.app.auth.fetch(`/api/me?${index}`).then(
            (response) => response.text().then(() => response.status),
            (error) => error.code ?? String(error),
          ),
        ),
      ),
    count,
  );

export interface Failure {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfter?: number | undefined;
  readonly message: string;
}

/** A refresh that must fail. */
export const failureOf = (tab: Tab): Promise<Failure | string> =>
  tab.run(() =>
    window.app.auth.refresh().then(
      ({ status }) => status,
      ({ code, retryable, retryAfter, message }) => ({ code, retryable, retryAfter, message }),
    ),
  );
