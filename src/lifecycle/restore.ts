/** Finding out who is signed in: `restore()`, and where there is no need for it; and `refresh()`, asking for a new token. */

import { refresh } from '../refresh/refresher.js';
import type { RefreshOutcome, RefreshParts } from '../refresh/refreshing.js';
import { endSession } from '../session/session-changes.js';
import { sessionGoneError } from '../session/session-gone.js';
import { isNobodyHinted } from '../tabs/hint-note.js';
import { post } from '../tabs/session-sync.js';

/** @throws RefreshUnavailableError */
export async function restore(parts: RefreshParts): Promise<void> {
  const { session } = parts;
  // In a listener the state may be older than the record.
  const { token, ended } = session.record;
  if (token || ended) return;
  const outcome = await refresh(parts);
  if (outcome !== 'changed' && session.state.status === 'restoring') throw outcome;
}

/** A visitor: nothing is asked of the server. The other tabs may know better than the hint cookie. */
export function skipRestoreOfVisitor({ session, tabs }: Pick<RefreshParts, 'session' | 'tabs'>): void {
  if (!isNobodyHinted(tabs)) return;
  endSession(session, 'no-session', '');
  post(tabs, { kind: 'ask' });
}

/** @throws RefreshUnavailableError, and what {@link sessionGoneError} gives */
export async function refreshNow(parts: RefreshParts): Promise<void> {
  const { session } = parts;
  const { userVersion, record } = session;
  const isStillOpen = () => session.userVersion === userVersion && !session.disposed.isOpen;
  let outcome: RefreshOutcome = 'changed';
  if (record.ended !== 'signed-out') outcome = await refresh(parts);
  // A session has turned up that has no access token yet: nobody has signed in or out by that.
  while (outcome === 'changed' && isStillOpen() && session.state.status === 'restoring') outcome = await refresh(parts);
  if (outcome !== 'changed') throw outcome;
  if (!isStillOpen() || !session.record.token) throw sessionGoneError(session, 'refresh()');
}
