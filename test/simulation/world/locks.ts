/** Web Locks: one manager in the browser, and pages that talk to it each through a pipe of its own. */

import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Timeline } from './timeline.ts';

/** What the manager knows of a request. */
interface Entry {
  readonly name: string;
  readonly owner: LockUser;
  grant(): void;
}

/** A page, as the manager sees it. */
export interface LockUser {
  readonly id: number;
  readonly isAlive: boolean;
  readonly isCached: boolean;
  /** WebKit: a page that is being left loses its locks and its place in line, and its scripts may go on. */
  readonly isLeavingInWebKit: boolean;
  /** It is in the back/forward cache, and the browser throws it away. */
  evict(): void;
  /** At once, or when the prerendered page is shown. */
  whenShown(run: () => void): void;
  /** Whether what it does still reaches the world outside. */
  acts(): boolean;
  /** Runs a task on the page: at once, when it thaws, or never. */
  runTask(run: () => void): void;
}

export interface LockManagerProcess {
  /** What a page has as `navigator.locks`. */
  clientOf(user: LockUser): LockManager;
  /** The page has gone: whatever it holds or waits for. */
  forget(user: LockUser): void;
  /** Hears the name of each lock that is asked for. */
  onRequest: ((name: string) => void) | undefined;
  /** Whether the page holds a lock, or waits for one. */
  isUsedBy(user: LockUser): boolean;
  /** WebKit: the page loses its place in line; one that is kept for a way back loses what it holds, too. */
  abandon(user: LockUser, isKept: boolean): void;
}

/** Milliseconds that a message between a page and the manager takes: little, and at times more. */
const travel = (chance: Chance, stream: string) =>
  chance.next(stream) < 0.9 ? chance.next(stream) : 12 * chance.next(stream);

export function createLockManager(timeline: Timeline, chance: Chance, engine: Engine): LockManagerProcess {
  const held = new Map<string, Entry>();
  const queue: Entry[] = [];
  /** Chromium: nobody holds these, and nobody gets them, until one of those in line goes. */
  const stalled = new Set<string>();
  const abandonments = new Map<LockUser, (isKept: boolean) => void>();

  function grantNext(): void {
    for (const entry of [...queue]) {
      if (held.has(entry.name) || stalled.has(entry.name)) continue;
      // In the order of requests, by name.
      queue.splice(queue.indexOf(entry), 1);
      held.set(entry.name, entry);
      entry.grant();
    }
  }

  const reasonOfEarlyAbort = ({ reason }: AbortSignal): unknown =>
    engine === 'webkit' ? new DOMException('The signal is aborted.', 'AbortError') : reason;

  function release(entry: Entry): void {
    if (held.get(entry.name) === entry) held.delete(entry.name);
    const index = queue.indexOf(entry);
    if (index >= 0) {
      queue.splice(index, 1);
      stalled.delete(entry.name);
    }
    grantNext();
  }

  const isWaitedFor = (name: string) => queue.some((entry) => entry.name === name);

  /** WebKit takes the lock of a page that is left, Firefox keeps no such page. */
  const isEvictable = (owner: LockUser) => engine === 'chromium' && owner.isCached;

  /** Chromium: who asks for a lock that a cached page holds has that page thrown away; those in line gain nothing by it. */
  function evictHolderOf(name: string): void {
    const owner = held.get(name)?.owner;
    if (!owner || !isEvictable(owner)) return;
    if (isWaitedFor(name)) stalled.add(name);
    owner.evict();
  }

  function clientOf(user: LockUser): LockManager {
    const stream = `locks ${user.id}`;
    let lastUp = 0;
    let lastDown = 0;
    /** In the order in which they were sent. */
    const toManager = (run: () => void) => {
      user.whenShown(() => {
        if (!user.acts()) return;
        lastUp = Math.max(lastUp, timeline.now + travel(chance, stream));
        timeline.at(lastUp, run);
      });
    };
    const letGo = (run: () => void) => {
      if (user.acts()) timeline.after(travel(chance, stream), run);
    };
    const toPage = (run: () => void) => {
      lastDown = Math.max(lastDown, timeline.now + travel(chance, stream));
      timeline.at(lastDown, () => user.runTask(run));
    };
    const unsettled = new Set<(isKept: boolean) => void>();
    abandonments.set(user, (isKept) => {
      for (const refuse of [...unsettled]) refuse(isKept);
    });

    function request(name: string, ...rest: unknown[]): Promise<unknown> {
      const callback = rest.at(-1) as (lock: Lock | null) => unknown;
      manager.onRequest?.(name);
      const { signal, ifAvailable } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(reasonOfEarlyAbort(signal));
        const wentAway = () => new DOMException('The browsing context is going away.', 'AbortError');
        if (user.isLeavingInWebKit) return reject(wentAway());
        let isOver = false;
        const entry: Entry = {
          name,
          owner: user,
          grant: () =>
            toPage(() => {
              if (isOver) return;
              leaveLine();
              void hold();
            }),
        };
        const leaveLine = () => {
          isOver = true;
          signal?.removeEventListener('abort', abort);
        };
        const giveUp = (reason: unknown) => {
          leaveLine();
          unsettled.delete(refuse);
          toManager(() => release(entry));
          reject(reason);
        };
        const abort = () => giveUp(signal?.reason);
        const refuse = (isKept: boolean) => {
          if (!isKept && held.get(name) === entry) return;
          leaveLine();
          letGo(() => release(entry));
          // A page that is kept hears of it when it comes back.
          toPage(() => reject(wentAway()));
        };
        const hold = async () => {
          try {
            resolve(await callback({ name, mode: 'exclusive' }));
          } catch (error) {
            reject(error);
          } finally {
            unsettled.delete(refuse);
            // By a way of its own: it may overtake a request that was made before it.
            letGo(() => release(entry));
          }
        };
        signal?.addEventListener('abort', abort);
        unsettled.add(refuse);
        toManager(() => {
          if (isOver || !user.isAlive) return;
          evictHolderOf(name);
          // It may have held the lock itself.
          if (!user.isAlive) return;
          if (ifAvailable && (held.has(name) || isWaitedFor(name))) {
            toPage(() => {
              leaveLine();
              unsettled.delete(refuse);
              Promise.resolve(callback(null)).then(resolve, reject);
            });
            return;
          }
          queue.push(entry);
          grantNext();
        });
      });
    }

    function query(): Promise<LockManagerSnapshot> {
      return new Promise((resolve) => {
        toManager(() => {
          const snapshot = {
            held: [...held.values()].map(({ name }) => ({ name, mode: 'exclusive' as const })),
            pending: queue.map(({ name }) => ({ name, mode: 'exclusive' as const })),
          };
          toPage(() => resolve(snapshot));
          // Chromium throws cached holders away when they have been counted.
          for (const { owner } of [...held.values()]) if (isEvictable(owner)) owner.evict();
        });
      });
    }
    return { request, query } as LockManager;
  }

  const manager: LockManagerProcess = {
    onRequest: undefined,
    clientOf,
    forget(user) {
      abandonments.delete(user);
      for (const entry of [...held.values(), ...queue]) if (entry.owner === user) release(entry);
    },
    isUsedBy: (user) => [...held.values(), ...queue].some(({ owner }) => owner === user),
    abandon: (user, isKept) => abandonments.get(user)?.(isKept),
  };
  return manager;
}
