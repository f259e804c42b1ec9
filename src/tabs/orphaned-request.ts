/** A refresh request that has outlived its page: the next tab to have its turn waits for the answer. */

import type { Session } from '../session/session.js';
import { within } from '../wait.js';

/** A session whose requests are noted. */
export interface NotedSession {
  /** What its lock, its channel and its note are called. */
  readonly name: string;
  readonly locks: LockManager | undefined;
  /** Milliseconds that callers wait. */
  readonly refreshTimeout: number;
}

/**
 * Notes that a request is under way; returns the end of the note. The browser takes a lock back with its page, but the
 * page's `keepalive` request lives on: whoever comes next, after a reload say, would spend the same refresh token.
 * Nothing else tells of it, since a page can't see the cookie land.
 */
export function noteRequest({ name, locks }: NotedSession): () => void {
  try {
    if (!locks) return () => {};
    localStorage.setItem(name, String(Date.now()));
    return () => localStorage.removeItem(name);
  } catch {
    // No storage here, or it is full: a reload in mid-refresh then needs the server's overlap.
    return () => {};
  }
}

/** Milliseconds between two looks at a note. */
const LOOK = 50;

/**
 * Resolves when the answer to a request that a page has left behind has had its time, whatever is heard meanwhile: its
 * cookie is still to come. Called under the lock: a note is no live page's then. Looks again and again, since a page may
 * see the end of another one's note late.
 */
export async function orphanSettled(session: NotedSession & Session): Promise<void> {
  while (!session.closed && isAwaited(session)) await within(LOOK, session.change.opened);
}

function isAwaited({ name, locks, refreshTimeout }: NotedSession): boolean {
  try {
    const age = Date.now() - Number(locks && localStorage.getItem(name));
    // Half the time that callers wait, so that they still get their answer; no note of the far future counts.
    return Math.abs(age) < refreshTimeout / 2;
  } catch {
    return false;
  }
}
