/** What a page does that opens: import, create, and its first request. The page says when it is through. */

import { create, importPeer, request } from './client.ts';

export interface Opened {
  /** Milliseconds from the script's start, or from when the page was shown, if that came later. */
  readonly answered: number;
  /** The same, without the time that the import took. */
  readonly withoutImport: number;
  readonly status: number | undefined;
  readonly prerendered: boolean;
}

declare global {
  interface Window {
    opened?: Opened;
  }
  interface Document {
    /** https://wicg.github.io/nav-speculation/prerendering.html */
    readonly prerendering?: boolean;
  }
}

/** @param start of the page's script, by its clock */
export async function openNewTab(peer: string, start: number): Promise<void> {
  await importPeer(`/bundles/${peer}.js`);
  const imported = performance.now();
  await create();
  const { status } = await request('/api/me');
  const end = performance.now();
  const [entry] = performance.getEntriesByType('navigation') as (PerformanceNavigationTiming & {
    activationStart: number;
  })[];
  // Through before anybody has seen the page: then nobody has to wait.
  const shown = document.prerendering ? end : (entry?.activationStart ?? 0);
  window.opened = {
    answered: Math.max(0, end - Math.max(start, shown)),
    withoutImport: Math.max(0, end - Math.max(imported, shown)),
    status,
    prerendered: shown > 0,
  };
}
