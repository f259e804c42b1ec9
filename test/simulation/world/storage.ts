/** localStorage, in which a page sees its own writes at once, and those of others late; and the sessionStorage of tabs. */

import type { Chance } from './chance.ts';
import type { Timeline } from './timeline.ts';

/** Milliseconds that no write takes longer. */
export const LONGEST_WRITE = 25;

export type StorageKind = 'works' | 'full' | 'absent';

export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface StorageProcess {
  /** What a page has as `localStorage`; it begins with what has arrived by now. */
  openFor(page: number): PageStorage | undefined;
  forget(page: number): void;
  /** All that is stored. */
  readonly stored: ReadonlyMap<string, string>;
  /** Hears all that is written, there and in the storages of tabs. */
  onWrite: ((key: string, value: string) => void) | undefined;
  /** What a page has as `sessionStorage`: its tab's own items, which a reload finds again. */
  openOfTab(items: Map<string, string>): PageStorage | undefined;
}

export function createStorage(timeline: Timeline, chance: Chance, kind: StorageKind): StorageProcess {
  const stored = new Map<string, string>();
  const views = new Map<number, View>();

  function openFor(page: number) {
    if (kind === 'absent') return undefined;
    const view: View = { items: new Map(stored), underWay: new Map() };
    views.set(page, view);
    let lastArrival = 0;
    const change = (key: string, value: string | undefined) => {
      checkRoom(value);
      if (value !== undefined) process.onWrite?.(key, value);
      write(view.items, key, value);
      view.underWay.set(key, (view.underWay.get(key) ?? 0) + 1);
      // The browser's own copy first, then the other pages, in the order of the writes.
      lastArrival = Math.max(lastArrival, timeline.now + LONGEST_WRITE * chance.next(`storage ${page}`));
      timeline.at(lastArrival, () => {
        write(stored, key, value);
        view.underWay.set(key, (view.underWay.get(key) ?? 0) - 1);
        for (const other of views.values()) {
          // A page that has written the item itself meanwhile keeps that until its own write has arrived.
          if (other !== view && !other.underWay.get(key)) write(other.items, key, value);
        }
      });
    };
    return {
      getItem: (key: string) => view.items.get(key) ?? null,
      setItem: (key: string, value: string) => change(key, value),
      removeItem: (key: string) => change(key, undefined),
    };
  }

  function checkRoom(value: string | undefined): void {
    if (kind === 'full' && value !== undefined) throw new DOMException('It is full.', 'QuotaExceededError');
  }

  function openOfTab(items: Map<string, string>) {
    if (kind === 'absent') return undefined;
    return {
      getItem: (key: string) => items.get(key) ?? null,
      setItem(key: string, value: string) {
        checkRoom(value);
        process.onWrite?.(key, value);
        items.set(key, value);
      },
      removeItem: (key: string) => void items.delete(key),
    };
  }
  const process: StorageProcess = {
    openFor,
    openOfTab,
    forget: (page) => void views.delete(page),
    stored,
    onWrite: undefined,
  };
  return process;
}

interface View {
  readonly items: Map<string, string>;
  /** How many writes of this page are on their way, by item. */
  readonly underWay: Map<string, number>;
}

function write(items: Map<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) items.delete(key);
  else items.set(key, value);
}
