/** What a browser puts around the client and Node doesn't: a location, a document, and the events of both. */

import { setMaxListeners } from 'node:events';

export const PAGE_URL = 'https://app.test/';

class FakeDocument extends EventTarget {
  visibilityState: 'visible' | 'hidden' = 'visible';
  cookie = '';
  baseURI = PAGE_URL;
}

let page = new FakeDocument();
let windowEvents = new EventTarget();

export function resetPage(): void {
  page = new FakeDocument();
  windowEvents = new EventTarget();
  // Fifty tabs listen to this one page.
  setMaxListeners(0, page, windowEvents);
  Object.assign(globalThis, {
    document: page,
    location: new URL(PAGE_URL),
    addEventListener: windowEvents.addEventListener.bind(windowEvents),
    removeEventListener: windowEvents.removeEventListener.bind(windowEvents),
  });
}
resetPage();

/** Runs with nothing of a page around, as on a server. */
export function withoutPage<T>(run: () => T): T {
  const { document, location, addEventListener, removeEventListener } = globalThis;
  const nothing = undefined;
  Object.assign(globalThis, { document: nothing, location: nothing, addEventListener: nothing });
  try {
    return run();
  } finally {
    Object.assign(globalThis, { document, location, addEventListener, removeEventListener });
  }
}

export function setCookie(cookie: string): void {
  page.cookie = cookie;
}

export function show(visibility: 'visible' | 'hidden'): void {
  page.visibilityState = visibility;
  page.dispatchEvent(new Event('visibilitychange'));
}

export function goOnline(): void {
  windowEvents.dispatchEvent(new Event('online'));
}

export function returnFromBackForwardCache(): void {
  windowEvents.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
}
