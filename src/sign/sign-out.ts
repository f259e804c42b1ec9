/** Signing out: here and in all tabs at once; at the server after a refresh in flight, so that it has the last word. */

import { type AuthRequestOptions, sendAuthRequest } from '../refresh/auth-request.js';
import type { UsableSession } from '../refresh/usable-token.js';
import { end, isOpen } from '../session/session.js';
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
  // On a server, and after `dispose()`.
  if (session.closed) return { serverConfirmed: false };
  end(session, 'signed-out');
  session.signingOut ??= askServer(session).finally(() => {
    session.signingOut = undefined;
  });
  return { serverConfirmed: await session.signingOut };
}

async function askServer(session: EndableSession): Promise<boolean> {
  const { signOut } = session;
  let sent: Promise<Response | undefined> | undefined;
  const send = () => {
    // Once; and not if somebody has signed in meanwhile: the cookie is theirs.
    if (signOut && !isOpen(session.record)) sent ??= sendAuthRequest(signOut, session).catch(() => undefined);
    return sent && within(session.refreshTimeout, sent);
  };
  // A page that leaves can't wait for its turn, and its user has seen that he is signed out.
  globalThis.addEventListener?.('pagehide', send);
  const answer = await runAlone(session, () => catchUp(session).then(send)).catch(send);
  globalThis.removeEventListener?.('pagehide', send);
  return !!answer?.ok;
}
