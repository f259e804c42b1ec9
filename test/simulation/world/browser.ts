/** One browser: its pages, and what they share. */

import { type Chance, createChance } from './chance.ts';
import { type Channels, createChannels } from './channels.ts';
import type { Engine } from './engine.ts';
import { createLockManager, type LockManagerProcess } from './locks.ts';
import { createMachine, type Machine } from './machine.ts';
import { createNetwork, type Exchange, type Network } from './network.ts';
import { type PageStart, SimulatedPage } from './page.ts';
import { createServer, type Server, type ServerRules } from './server.ts';
import { createStorage, type StorageKind, type StorageProcess } from './storage.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export type { Engine } from './engine.ts';

export interface WorldRules extends ServerRules {
  readonly seed: number;
  readonly engine: Engine;
  readonly storage: StorageKind;
  readonly hasLocks: boolean;
  readonly hasChannel: boolean;
  /** Two: every other tab has a client of another name, for the same token endpoint. */
  readonly names: 1 | 2;
  /** Of a hundred messages so many never arrive. Browsers lose none. */
  readonly lostMessages: number;
  readonly doubledMessages: number;
  /** Whether the monotonic clock goes on in sleep. */
  readonly countsSleep: boolean;
  /** Whether pages are told when a cookie changes. */
  readonly hasCookieEvents?: boolean | undefined;
}

export class Browser {
  readonly timeline: Timeline = createTimeline();
  readonly chance: Chance;
  readonly machine: Machine;
  readonly server: Server;
  readonly network: Network;
  readonly locks: LockManagerProcess;
  readonly channels: Channels;
  readonly storage: StorageProcess;
  readonly engine: Engine;
  readonly hasLocks: boolean;
  readonly hasChannel: boolean;
  readonly hasCookieEvents: boolean;
  /** All that ever were. */
  readonly pages: SimulatedPage[] = [];
  /** Timeline's milliseconds at which the connection came back. */
  onlineSince = -1;
  onPageGone: ((page: SimulatedPage) => void) | undefined;

  constructor(rules: WorldRules) {
    const { timeline } = this;
    this.chance = createChance(rules.seed);
    this.engine = rules.engine;
    this.hasLocks = rules.hasLocks;
    this.hasChannel = rules.hasChannel;
    this.hasCookieEvents = !!rules.hasCookieEvents;
    this.machine = createMachine(timeline, rules.countsSleep);
    this.server = createServer(this.machine, rules);
    this.network = createNetwork(timeline, this.chance, this.machine, this.server, this.engine);
    this.locks = createLockManager(timeline, this.chance, this.engine);
    this.channels = createChannels(timeline, this.chance, { lost: rules.lostMessages, doubled: rules.doubledMessages });
    this.storage = createStorage(timeline, this.chance, rules.storage);
    this.network.onHint = (by) => {
      for (const page of this.livePages) page.cookies.change(this.network.hint, page === by);
    };
  }

  get livePages(): SimulatedPage[] {
    return this.pages.filter(({ isAlive }) => isAlive);
  }

  /** @param itemsOfTab what the tab's sessionStorage holds already */
  open(start: PageStart, itemsOfTab = new Map<string, string>()): SimulatedPage {
    const page = new SimulatedPage(this, this.pages.length + 1, start, itemsOfTab);
    this.pages.push(page);
    return page;
  }

  /** Firefox keeps no page with a lock, and none that waits for an answer, unless the request is `keepalive`. */
  canCache(page: SimulatedPage): boolean {
    const isWaiting = (exchange: Exchange) => exchange.page === page && !exchange.end && !exchange.keepalive;
    return this.engine !== 'firefox' || !(this.locks.isUsedBy(page) || this.network.exchanges.some(isWaiting));
  }

  forget(page: SimulatedPage): void {
    this.network.forget(page);
    this.locks.forget(page);
    this.channels.forget(page);
    this.storage.forget(page.id);
    this.onPageGone?.(page);
  }

  setOnline(isOnline: boolean): void {
    if (this.machine.isOnline === isOnline) return;
    this.machine.isOnline = isOnline;
    if (isOnline) this.onlineSince = this.timeline.now;
    else this.network.cut();
    for (const page of this.livePages)
      page.runTask(() => page.window.dispatchEvent(new Event(isOnline ? 'online' : 'offline')));
  }

  /** The machine sleeps and wakes up; connections don't survive it. */
  sleep(ms: number): void {
    this.network.cut();
    this.machine.sleep(ms);
    for (const page of this.livePages)
      if (page.document.visibilityState === 'visible')
        page.runTask(() => page.document.dispatchEvent(new Event('visibilitychange')));
  }
}
