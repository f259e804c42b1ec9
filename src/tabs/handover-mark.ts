/** A mark in the lock manager: "the message about a newer session is on its way". */

import { newestKnown, type Session } from '../session/session.js';
import { isNewer } from '../session/session-record.js';
import { opened } from '../wait.js';
import type { Tabs } from './tabs.js';

/** Milliseconds: longer than a message takes, even to a busy tab. Firefox keeps no page with a lock in its bfcache. */
const MARK_LASTS = 1_000;

/**
 * Marks that the message about this session is on its way. A message and a lock travel separately, and the next holder
 * may run before the last one's message arrives (Chromium 156: 17 of 1,500 times, up to 10.6 ms late). The mark, a lock
 * named after the record, can't be late: see `runAlone`.
 */
export async function markHandover(
  { name, locks }: Pick<Tabs, 'name' | 'locks'>,
  { record, change }: Session,
): Promise<void> {
  // What the order of records needs, and no token: every script of the origin can read the names of locks.
  const { epoch, id, generation, ended } = record;
  const mark = `${name}@${JSON.stringify({ epoch, id, generation, ended })}`;
  try {
    await locks?.request(mark, { ifAvailable: true }, async () => {
      await opened(change, MARK_LASTS);
      // After a change it stays until the manager has answered a query: by then it knows the mark of that change.
      if (change.isOpen) await locks.query();
    });
  } catch {
    // Refused: see `runAlone`.
  }
}

/** Whether a tab has marked a session newer than all that this one knows: its message is on its way. */
export async function isHandoverPending(
  { name, locks }: Pick<Tabs, 'name' | 'locks'>,
  session: Session,
): Promise<boolean> {
  const newest = newestKnown(session);
  try {
    const snapshot = await locks?.query();
    const marks = snapshot?.held?.map((lock) => lock.name?.split(`${name}@`)[1]);
    return !!marks?.some((mark) => mark?.startsWith('{') && isNewer(JSON.parse(mark), newest));
  } catch {
    return false;
  }
}
