/** The page that the client runs in, and URLs as seen from it. */

import { type Gate, gate } from './wait.js';

/** What relative URLs are resolved against, as `fetch` does it; `undefined` on a server, where there is no page. */
export const baseUrl = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;

/**
 * The page's own origin. A document without an address of its own (srcdoc, about:blank) has that of its creator, and the
 * address says "null". In a sandboxed frame it is the other way round.
 */
export function ownOrigin(): string | undefined {
  return usable(globalThis.origin) ?? usable(globalThis.location?.origin);
}

const usable = (origin: string | undefined): string | undefined => (origin && origin !== 'null' ? origin : undefined);

/** The absolute URL, or `undefined` for what isn't one. */
export function resolveUrl(url: string | URL): URL | undefined {
  try {
    return new URL(url, baseUrl());
  } catch {
    return undefined;
  }
}

/** Origin and path: how errors and events name a request, since a query string may hold secrets. */
export const withoutQuery = (url: URL): string => url.origin + url.pathname;

/** https://wicg.github.io/nav-speculation/prerendering.html: Chromium's alone, and not in TypeScript's library. */
const page = (): (Document & { readonly prerendering?: boolean }) | undefined => globalThis.document;

/** Whether the browser has loaded the page ahead: the user hasn't opened it, and perhaps never will. */
export const isPrerendering = (): boolean => !!page()?.prerendering;

/** What a client knows of its page. */
export interface PageLife {
  /**
   * Whether the browser has stopped the page to save energy, as far as events tell; Chromium's alone:
   * https://wicg.github.io/page-lifecycle/. Its timers stand still, and it hears messages all the same.
   */
  isFrozen: boolean;
  /** Opens when the client is disposed of. */
  readonly disposed: Gate;
}

/** The events that end what {@link pageRuns} waits for. */
const STARTS = ['prerenderingchange', 'resume', 'visibilitychange'];

/**
 * Resolves when the page is shown and goes on, or the client is disposed of. The browser loads pages ahead, gives them no
 * locks until they are shown, and may never show them. A frozen page is given its lock, and learns of it only when it goes on:
 * until then it would keep out all the others.
 */
export async function pageRuns(life: PageLife): Promise<void> {
  const { disposed } = life;
  while ((isPrerendering() || life.isFrozen) && !disposed.isOpen) {
    const lookAgain = gate();
    const forget = disposed.onOpen(lookAgain.open);
    for (const type of STARTS) page()?.addEventListener(type, lookAgain.open);
    await new Promise<void>((resolve) => lookAgain.onOpen(resolve));
    for (const type of STARTS) page()?.removeEventListener(type, lookAgain.open);
    forget();
  }
}
