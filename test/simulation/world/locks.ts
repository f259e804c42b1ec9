/** Web Locks: one manager in the browser, and pages that talk to it each through a pipe of its own. */

import type { Chance } from './chance.ts';
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
  readonly isPrerendering: boolean;
  /** WebKit: a page that is being left loses its place in line, and its scripts go on. */
  readonly isLeavingInWebKit: boolean;
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
  /** Whether the page holds a lock, or waits for one. */
  isUsedBy(user: LockUser): boolean;
  /** The page has been shown, or left: its waiting requests are looked at again. */
  review(user: LockUser): void;
}

/** Milliseconds that a message between a page and the manager takes: little, and at times more. */
const travel = (chance: Chance, stream: string) =>
  chance.next(stream) < 0.9 ? chance.next(stream) : 12 * chance.next(stream);

export function createLockManager(timeline: Timeline, chance: Chance): LockManagerProcess {
  const held = new Map<string, Entry>();
  const queue: Entry[] = [];
  const reviews = new Map<LockUser, () => void>();

  function grantNext(): void {
    for (const entry of [...queue]) {
      if (held.has(entry.name) || entry.owner.isPrerendering) continue;
      // In the order of requests, by name.
      queue.splice(queue.indexOf(entry), 1);
      held.set(entry.name, entry);
      entry.grant();
    }
  }

  function release(entry: Entry): void {
    if (held.get(entry.name) === entry) held.delete(entry.name);
    const index = queue.indexOf(entry);
    if (index >= 0) queue.splice(index, 1);
    grantNext();
  }

  function clientOf(user: LockUser): LockManager {
    const stream = `locks ${user.id}`;
    let lastUp = 0;
    let lastDown = 0;
    /** In the order in which they were sent. */
    const toManager = (run: () => void) => {
      if (!user.acts()) return;
      lastUp = Math.max(lastUp, timeline.now + travel(chance, stream));
      timeline.at(lastUp, run);
    };
    const letGo = (run: () => void) => {
      if (user.acts()) timeline.after(travel(chance, stream), run);
    };
    const toPage = (run: () => void) => {
      lastDown = Math.max(lastDown, timeline.now + travel(chance, stream));
      timeline.at(lastDown, () => user.runTask(run));
    };
    const pending = new Set<() => void>();
    reviews.set(user, () => {
      if (user.isLeavingInWebKit) for (const refuse of [...pending]) refuse();
      grantNext();
    });

    function request(name: string, ...rest: unknown[]): Promise<unknown> {
      const callback = rest.at(-1) as (lock: Lock | null) => unknown;
      const { signal, ifAvailable } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
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
          pending.delete(refuse);
          signal?.removeEventListener('abort', abort);
        };
        const giveUp = (reason: unknown) => {
          leaveLine();
          toManager(() => release(entry));
          reject(reason);
        };
        const abort = () => giveUp(signal?.reason);
        const refuse = () => giveUp(wentAway());
        const hold = async () => {
          try {
            resolve(await callback({ name, mode: 'exclusive' }));
          } catch (error) {
            reject(error);
          } finally {
            // By a way of its own: it may overtake a request that was made before it.
            letGo(() => release(entry));
          }
        };
        signal?.addEventListener('abort', abort);
        pending.add(refuse);
        toManager(() => {
          if (isOver || !user.isAlive) return;
          if (ifAvailable && (held.has(name) || queue.some((other) => other.name === name))) {
            toPage(() => {
              leaveLine();
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
        });
      });
    }
    return { request, query } as LockManager;
  }

  return {
    clientOf,
    forget(user) {
      reviews.delete(user);
      for (const entry of [...held.values(), ...queue]) if (entry.owner === user) release(entry);
    },
    isUsedBy: (user) => [...held.values(), ...queue].some(({ owner }) => owner === user),
    review: (user) => reviews.get(user)?.(),
  };
}
