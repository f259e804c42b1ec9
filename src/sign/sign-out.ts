/** Signing out: here and in all tabs at once; at the server after a refresh in flight, so that it has the last word. */

import { type AuthRequestOptions, sendAuthRequest } from '../refresh/auth-request.js';
import type { UsableSession } from '../refresh/usable-token.js';
import { end } from '../session/session.js';
import { catchUp } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { within } from '../wait.js';

export interface SignOutResult {
  /** Whether the server has answered 2xx. `false`: its cookie may still be there; sign out again once it can be reached. */
  readonly serverConfirmed: boolean;
}

/** A session that can be ended at the server too. */
export interface EndableSession extends UsableSession {
  readonly signOut: AuthRequestOptions | undefined;
  signingOut?: Promise<boolean> | undefined;
}

export async function signOut(session: EndableSession): Promise<SignOutResult> {
  const askServer = () => confirm(session);
  // On a server, and after `dispose()`.
  if (session.closed) return { serverConfirmed: false };
  end(session, 'signed-out');
  session.signingOut ??= runAlone(session, askServer)
    .catch(askServer)
    .finally(() => {
      session.signingOut = undefined;
    });
  return { serverConfirmed: await session.signingOut };
}

async function confirm(session: EndableSession): Promise<boolean> {
  await catchUp(session);
  const { record, signOut, fetch, refreshTimeout } = session;
  // Somebody has signed in meanwhile: the cookie is theirs.
  if (!signOut || (record.epoch && !record.ended)) return false;
  const sent = sendAuthRequest(signOut, { fetch, signal: null }).catch(() => undefined);
  return !!(await within(refreshTimeout, sent))?.ok;
}
