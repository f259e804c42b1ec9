/** All places where a page can leave something, in one text; and what in it looks like a token. */

import type { Tab } from './engines/engine.ts';

declare global {
  interface Window {
    /** See pages/surroundings.js. */
    readonly surroundings: {
      readonly printed: readonly string[];
      /** Whether the page comes from the back/forward cache. */
      readonly isRestored: boolean;
      /** Milliseconds. */
      shiftClocks(by: { readonly wall: number; readonly monotonic: number }): void;
    };
  }
}

export const tracesOf = (tab: Tab): Promise<string> =>
  tab.run(async () => {
    const copies: string[] = [];
    for (const name of (await globalThis.caches?.keys()) ?? []) {
      const cache = await caches.open(name);
      for (const response of await cache.matchAll()) copies.push(response.url, await response.text());
    }
    return JSON.stringify({
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: (await indexedDB.databases?.()) ?? [],
      copies,
      cookie: document.cookie,
      url: location.href,
      history: history.state,
      document: document.documentElement.outerHTML,
      performance: performance.getEntries().map((entry) => entry.name),
      client: [window.demo.auth, window.demo.auth.getState()],
      printed: window.surroundings.printed,
    });
  });

/** JSON Web Tokens, as the demo server issues them. */
export const tokensIn = (text: string): string[] => text.match(/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g) ?? [];

/** What no page of this package may print: that nobody caught an error, or that the policy forbids something. */
export const complaintsOf = (tab: Tab): Promise<string[]> =>
  tab.run(() => window.surroundings.printed.filter((line) => /^(uncaught|unhandled|forbidden):/.test(line)));
