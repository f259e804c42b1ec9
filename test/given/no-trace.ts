/** What a client leaves on a page: listeners, channels, timers, locks. */

import { getResponse, type RequestHandler } from 'msw';
import { beforeEach, expect, vi } from 'vitest';
import { countChannels } from '../world/channels.ts';
import { network } from '../world/network.ts';
import { newBrowser, openTab } from '../world/tabs.ts';
import { rest } from '../world/waiting.ts';
import { locksOf } from './held-locks.ts';

/** The network without Node's client, whose own timers would be counted. */
const fetchDirectly: typeof fetch = async (input, init) =>
  (await getResponse(network.listHandlers() as RequestHandler[], new Request(input, init))) ?? Response.error();

/** A tab whose requests need no timer. */
export const openTimelessTab = (name = newBrowser()) => openTab({ fetch: fetchDirectly, name });

export function openTwoTimelessTabs() {
  const name = newBrowser();
  return [openTimelessTab(name), openTimelessTab(name)] as const;
}

/** Counts, in a file's tests, what is open. */
export function watchForTraces() {
  /** The listeners on the page that have been added and not removed, by type. */
  const listening: string[] = [];
  const everListened = new Set<string>();
  const channels = countChannels();

  beforeEach(() => {
    listening.length = 0;
    everListened.clear();
    for (const target of [globalThis, document]) {
      const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)];
      target.addEventListener = (type: string, listener: EventListener) => {
        listening.push(type);
        everListened.add(type);
        add(type, listener);
      };
      target.removeEventListener = (type: string, listener: EventListener) => {
        listening.splice(listening.indexOf(type), listening.includes(type) ? 1 : 0);
        remove(type, listener);
      };
    }
  });

  return {
    listening,
    everListened,
    channels,
    async expectNoTrace(name: string) {
      await rest();
      expect(listening).toEqual([]);
      expect(channels.open).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
      expect(await locksOf(name)).toEqual([]);
    },
  };
}
