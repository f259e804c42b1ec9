/** What a browser puts around the client and Node doesn't: a location, a document, and the events of both. */

import { setMaxListeners } from 'node:events';

export const PAGE_URL = 'https://app.test/';

class FakeDocument extends EventTarget {
  visibilityState: 'visible' | 'hidden' = 'visible';
  prerendering = false;
  cookie = '';
  baseURI = PAGE_URL;
  /** The old way to make an event; the storage fallback of broadcast-channel makes its storage events so. */
  createEvent = () => Object.assign(new Event('storage'), { initEvent() {} });
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

/** What is opened there hears nothing of what happens to this page. */
export function onAnotherPage<T>(open: () => T): T {
  const { document, addEventListener, removeEventListener } = globalThis;
  const otherWindow = new EventTarget();
  Object.assign(globalThis, {
    document: new FakeDocument(),
    addEventListener: otherWindow.addEventListener.bind(otherWindow),
    removeEventListener: otherWindow.removeEventListener.bind(otherWindow),
  });
  try {
    return open();
  } finally {
    Object.assign(globalThis, { document, addEventListener, removeEventListener });
  }
}

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

/** `fetch` as a page has it: a relative URL is one of the page's. */
export const pageFetch: typeof fetch = (input, init) =>
  fetch(typeof input === 'string' ? new URL(input, page.baseURI) : input, init);

/** The page moves on, as by `history.pushState`: relative URLs mean another place. */
export function setBase(url: string): void {
  page.baseURI = url;
}

/** The page is loaded from elsewhere. */
export function setLocation(url: string): void {
  page.baseURI = url;
  Object.assign(globalThis, { location: new URL(url) });
}

export function show(visibility: 'visible' | 'hidden'): void {
  page.visibilityState = visibility;
  page.dispatchEvent(new Event('visibilitychange'));
}

/** The page is loaded before anybody asks for it, as Chromium does it by speculation rules. */
export function prerender(): void {
  page.prerendering = true;
  page.visibilityState = 'hidden';
}

/** Somebody follows the link: the prerendered page is shown. */
export function activate(): void {
  page.prerendering = false;
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('prerenderingchange'));
  page.dispatchEvent(new Event('visibilitychange'));
}

/** Chromium stops the page to save energy, and lets it go on. */
export const freeze = (): boolean => page.dispatchEvent(new Event('freeze'));
export const resume = (): boolean => page.dispatchEvent(new Event('resume'));

export function goOnline(): void {
  windowEvents.dispatchEvent(new Event('online'));
}

/** The page is left: for another one, or for good. */
export function leave(): void {
  windowEvents.dispatchEvent(new Event('pagehide'));
}

export function focusWindow(): void {
  windowEvents.dispatchEvent(new Event('focus'));
}

export function returnFromBackForwardCache(): void {
  windowEvents.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
}
