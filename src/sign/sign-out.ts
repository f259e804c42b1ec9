/** Signing out: here and in all tabs at once; at the server after a refresh in flight, so that it has the last word. */

import { type AuthRequestOptions, sendAuthRequest } from '../refresh/auth-request.js';
import { shareInFlight } from '../refresh/share-in-flight.js';
import type { Session } from '../session/session.js';
import type { TabLock } from '../tabs/tab-lock.js';
import { within } from '../wait.js';

export interface SignOutResult {
  /** Whether the server has answered 2xx. `false`: its cookie may still be there; sign out again once it can be reached. */
  readonly serverConfirmed: boolean;
}

export function createSignOut(parts: {
  session: Session;
  lock: TabLock;
  fetch: typeof globalThis.fetch;
  /** Milliseconds to wait for a refresh in flight, and again for the answer. */
  refreshTimeout: number;
  signOut: AuthRequestOptions | undefined;
}): () => Promise<SignOutResult> {
  const { session, lock, fetch, refreshTimeout, signOut } = parts;

  async function askServer(): Promise<boolean> {
    const { epoch, ended } = session.record();
    // Somebody has signed in meanwhile: the cookie is theirs.
    if (!signOut || (epoch && !ended)) return false;
    const sent = sendAuthRequest(signOut, { fetch }).catch(() => undefined);
    return !!(await within(refreshTimeout, sent))?.ok;
  }

  const confirm = shareInFlight(async (): Promise<SignOutResult> => {
    const serverConfirmed = await lock.run(askServer, refreshTimeout).catch(askServer);
    return { serverConfirmed };
  });

  return () => {
    session.end('signed-out');
    return confirm();
  };
}
