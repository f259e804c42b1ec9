/** `restore()` and `refresh()`: finding out who is signed in, and asking for a new token. */

import { refresh } from '../refresh/refresher.js';
import type { RefreshParts } from '../refresh/refreshing.js';
import { sessionGoneError } from '../session/session-gone.js';

/** @throws RefreshUnavailableError */
export async function restore(parts: RefreshParts): Promise<void> {
  const { session } = parts;
  // In a listener the state may be older than the record.
  const { token, ended } = session.record;
  if (token || ended) return;
  const outcome = await refresh(parts);
  if (outcome !== 'changed' && session.state.status === 'restoring') throw outcome;
}

/** @throws RefreshUnavailableError, and what {@link sessionGoneError} gives */
export async function refreshNow(parts: RefreshParts): Promise<void> {
  const { session } = parts;
  const { userVersion, record } = session;
  const outcome = record.ended === 'signed-out' ? 'changed' : await refresh(parts);
  if (outcome !== 'changed') throw outcome;
  if (session.userVersion !== userVersion || session.state.status !== 'signed-in') {
    throw sessionGoneError(session, 'refresh()');
  }
}
