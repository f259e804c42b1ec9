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
  fetch: typeof fetch;
  /** Milliseconds to wait for a refresh in flight, and again for the answer. */
  timeout: number;
  endpoint: AuthRequestOptions | undefined;
}): () => Promise<SignOutResult> {
  const { session, lock, fetch, timeout, endpoint } = parts;

  async function askServer(): Promise<boolean> {
    // Somebody has signed in meanwhile: the cookie is theirs.
    if (!endpoint || session.record().token) return false;
    const sent = sendAuthRequest(endpoint, { fetch, signal: new AbortController().signal });
    return within(
      timeout,
      sent.then(
        (response) => response.ok,
        () => false,
      ),
      () => false,
    );
  }

  const confirm = shareInFlight(async (): Promise<SignOutResult> => {
    const patience = new AbortController();
    const serverConfirmed = lock.run(askServer, timeout, patience).catch(askServer);
    return { serverConfirmed: await serverConfirmed };
  });

  return () => {
    session.end('signed-out');
    return confirm();
  };
}
