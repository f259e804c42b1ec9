/** Locks that somebody holds: another script of this origin, or a frozen tab. */

import { gate } from '../world/waiting.ts';

/** A stranger takes the lock of this client's name, and keeps it until it is let go. */
export async function holdLock(name: string): Promise<() => Promise<void>> {
  const { opened, open } = gate();
  const taken = gate();
  const lock = navigator.locks.request(`silent-refresh:${name}`, () => {
    taken.open();
    return opened;
  });
  // After the test it is taken back: see `freeLocks`.
  lock.catch(() => {});
  await taken.opened;
  return async () => {
    open();
    await lock;
  };
}

const named = (name: string, locks: LockInfo[]): string[] =>
  locks.map((lock) => lock.name ?? '').filter((each) => each.startsWith(`silent-refresh:${name}`));

/** The locks of this client's name, and the words left beside them. */
export async function locksHeld(name: string): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return named(name, held);
}

/** The same, and those that are only asked for. */
export async function locksOf(name: string): Promise<string[]> {
  const { held = [], pending = [] } = await navigator.locks.query();
  return named(name, [...held, ...pending]);
}
