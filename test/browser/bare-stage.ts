/** A demo server and tabs of a real browser, whichever it is, with the client in them and nothing around. */

import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/server/app.ts';
import { requireBrowser } from './engines/browsers.ts';
import { startChromium } from './engines/chromium.ts';
import type { Engine, EngineName, Tab } from './engines/engine.ts';
import { startFirefox } from './engines/firefox.ts';
import { startWebKit } from './engines/webkit.ts';

declare module 'vitest' {
  interface ProvidedContext {
    engine: EngineName;
    /** How many times each thing is tried: a few, or as many as it takes to believe it. */
    effort: 'quick' | 'thorough';
  }
}

const START = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit };

export interface Conditions {
  /** Milliseconds; the client's own default without it. */
  readonly refreshTimeout?: number;
  /** What the page lacks. */
  readonly without?: readonly ('locks' | 'BroadcastChannel')[];
}

export interface BareStage {
  readonly engine: Engine;
  /** A new one for each test: another origin, where nobody has been before. */
  readonly server: DemoServer;
  openTab(conditions?: Conditions): Promise<Tab>;
}

export function setBareStage(): BareStage {
  let engine: Engine;
  let server: DemoServer;

  beforeAll(async () => {
    const name = inject('engine');
    engine = await START[name](requireBrowser(name));
  });
  beforeEach(async () => {
    server = await createDemoServer();
  });
  afterEach(async () => {
    await engine.closeTabs();
    await server.close();
  });
  afterAll(() => engine?.quit());

  return {
    get engine() {
      return engine;
    },
    get server() {
      return server;
    },
    openTab: (conditions) => engine.open(pageOf(server, conditions)),
  };
}

export function pageOf({ url }: DemoServer, { refreshTimeout, without = [] }: Conditions = {}): string {
  const parameters = new URLSearchParams(without.map((name) => ['without', name]));
  if (refreshTimeout) parameters.set('refreshTimeout', String(refreshTimeout));
  return `${url}/bare?${parameters}`;
}

/** `few` in the quick run, `many` in the thorough one. */
export const rounds = (few: number, many: number): number => (inject('effort') === 'thorough' ? many : few);

export const signIn = (tab: Tab, user: string): Promise<string> =>
  tab.run((user) => window.demo.signInAs(user).then(({ status }) => status), user);

/** Resolves when the tab knows whether somebody is signed in. */
export const restored = (tab: Tab): Promise<string> =>
  tab.run(() => window.demo.auth.restore().then(({ status }) => status));

export const subjectOf = (tab: Tab): Promise<string | undefined> =>
  tab.run(() => {
    const state = window.demo.auth.getState();
    return state.status === 'signed-in' ? state.subject : undefined;
  });

/** Sends requests at once; gives each one's status, or the code of its error. */
export const send = (tab: Tab, count: number, label = 'request'): Promise<(number | string)[]> =>
  tab.run(
    ({ count, label }) =>
      Promise.all(
        Array.from({ length: count }, (_, index) => {
          const id = `${label}-${index}`;
          // Requests for one and the same address would stand in line for the browser's cache.
          return window.demo.auth.fetch(`/api/me?${id}`, { headers: { 'X-Request-Id': id } }).then(
            (response) => response.status,
            (error) => error.code ?? String(error),
          );
        }),
      ),
    { count, label },
  );
