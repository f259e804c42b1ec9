/** Where scenarios are played: tabs that come and go, and an auth server of their own. */

import { createServerControl, type ServerControl } from '../demo-server/control.ts';
import { addTab, removeTab } from '../tab/frames.ts';
import type { ClientKind } from '../tab/participant.ts';
import type { Tab } from '../tab/tab.ts';
import { followLanes } from '../trace/lanes.ts';

export interface Stage {
  readonly server: ServerControl;
  openTab(): Promise<Tab>;
  /** Like closing it: nobody asks it first. */
  closeTab(tab: Tab): void;
  /** The stage is set: what counts, on the server and in the timeline, begins here. */
  begin(): Promise<void>;
  /** Tells who watches what is going on. */
  say(what: string): void;
}

/** Nobody else hears what happens on this page's stage. */
const CHANNEL = `demo-stage-${crypto.randomUUID()}`;

export const stageLanes = followLanes(CHANNEL);

/** Who watches. */
export interface Audience {
  begin(): void;
  say(what: string): void;
}

/** Plays on an empty stage, and leaves it empty. One window at a time: they share the server and the cookie. */
export async function play<T>(
  client: ClientKind,
  { begin, say }: Audience,
  run: (stage: Stage) => Promise<T>,
): Promise<T> {
  return navigator.locks.request('demo-stage', async () => {
    const server = createServerControl('/stage');
    const tabs = new Set<Tab>();
    const closeTab = (tab: Tab) => {
      tabs.delete(tab);
      removeTab(tab, stageLanes);
    };
    await server.resetEverything();
    stageLanes.clear();
    try {
      return await run({
        server,
        say,
        closeTab,
        async begin() {
          await server.resetCounts();
          begin();
        },
        async openTab() {
          const tab = await addTab({ world: '/stage', name: 'stage', client, channel: CHANNEL });
          tabs.add(tab);
          return tab;
        },
      });
    } finally {
      for (const tab of tabs) closeTab(tab);
    }
  });
}
