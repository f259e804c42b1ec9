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
  const shown = entry?.activationStart ?? 0;
  window.opened = {
    answered: Math.max(0, end - Math.max(start, shown)),
    withoutImport: Math.max(0, end - Math.max(imported, shown)),
    status,
    prerendered: shown > 0,
  };
}
