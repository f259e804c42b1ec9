/** Signing out: here and in all tabs at once; at the server after a refresh in flight, so that it has the last word. */

import { type AuthRequestOptions, sendAuthRequest } from '../refresh/auth-request.js';
import type { UsableSession } from '../refresh/usable-token.js';
import { endSession, recordOvertaking } from '../session/session.js';
import { isOpen } from '../session/session-record.js';
import { markNoSession } from '../tabs/pending-request-mark.js';
import { handoverArrived } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { within } from '../wait.js';

export interface SignOutResult {
  /**
   * Whether the server has answered 2xx, and no refresh can bring the cookie back. `false`: its cookie may still be
   * there; sign out again once it can be reached.
   */
  readonly serverConfirmed: boolean;
}

/** A session that can be ended at the server too. */
export interface EndableSession extends UsableSession {
  readonly signOut: AuthRequestOptions | undefined;
  signOutInFlight?: Promise<boolean> | undefined;
}

export async function signOut(session: EndableSession): Promise<SignOutResult> {
  // On a server, and after `dispose()`.
  if (session.closed) return { serverConfirmed: false };
  endSession(session, 'signed-out');
  session.signOutInFlight ??= askServer(session).finally(() => {
    session.signOutInFlight = undefined;
  });
  return { serverConfirmed: await session.signOutInFlight };
}

async function askServer(session: EndableSession): Promise<boolean> {
  let sent: Promise<Response | undefined> | undefined;
  let isInTurn = true;
  const send = () => {
    // Once; and not if somebody has signed in meanwhile: the cookie is theirs.
    if (!isOpen(session.record)) sent ??= sendSignOut(session);
    return sent;
  };
  const sendOutOfTurn = () => {
    isInTurn = false;
    recordOvertaking(session);
    return send();
  };
  // A page that leaves can't wait for its turn, and its user has seen that they are signed out.
  globalThis.addEventListener?.('pagehide', sendOutOfTurn);
  const answer = await runAlone(session, () => handoverArrived(session).then(send)).catch(sendOutOfTurn);
  globalThis.removeEventListener?.('pagehide', sendOutOfTurn);
  const isConfirmed = isInTurn && !!answer?.ok;
  if (isConfirmed && !isOpen(session.record)) markNoSession(session);
  return isConfirmed;
}

/** Where the options name an endpoint. Never rejects, and ends in time. */
export async function sendSignOut(session: EndableSession): Promise<Response | undefined> {
  const { signOut, refreshTimeout } = session;
  return (
    signOut &&
    within(
      refreshTimeout,
      sendAuthRequest(signOut, session).catch(() => undefined),
    )
  );
}
