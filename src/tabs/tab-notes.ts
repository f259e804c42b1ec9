/** Short notes in localStorage for the next page at one token endpoint. Every script of the origin can read them. */

import type { Tabs } from './tabs.js';

/** @param about which note; without it, the mark of a request under way */
const keyOf = ({ lockNames }: Tabs, about = '') => lockNames.at(-1) + about;

export function readNote(tabs: Tabs, about?: string): string | undefined {
  try {
    return localStorage.getItem(keyOf(tabs, about)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeNote(tabs: Tabs, note: string | undefined, about?: string): void {
  try {
    if (note === undefined) localStorage.removeItem(keyOf(tabs, about));
    else localStorage.setItem(keyOf(tabs, about), note);
  } catch {
    // No storage here, or it is full: a reload in mid-refresh then needs the server's overlap.
  }
}
