/** What the client tells the app, and the small emitter that tells it. */

import type { AnyAuthError } from './errors.js';

/** Why nobody is signed in: none was at page load, the user signed out, or the server ended the session. */
export type SignedOutReason = 'no-session' | 'signed-out' | 'expired';

/** A request as events name it: its URL is cut before the query string, which may hold secrets. */
export interface RequestSummary {
  readonly method: string;
  /** Origin and path. */
  readonly url: string;
}

/** The events and what each of them carries; never a token, never a query string. */
export interface AuthEvents {
  /** Somebody is signed in who wasn't: after `signIn`, `setSession`, a restore, or a sign-in in another tab. */
  'signed-in': { readonly subject: string | undefined };
  /** The same user has a new access token, obtained by this tab or by another. */
  refreshed: { readonly by: 'this-tab' | 'another-tab' };
  /** A refresh by this tab didn't bring a token. With a retryable error the session is kept. */
  'refresh-failed': { readonly error: AnyAuthError };
  /** A request that had met a 401 was sent again; `status` is what it met the second time. */
  replayed: RequestSummary & { readonly status: number };
  /** The session has ended, in this tab or another. Fires before the new state shows: clear caches here. */
  'signed-out': { readonly reason: SignedOutReason };
  /** Another user is signed in now. Fires before the new state shows: clear caches here. */
  'user-changed': { readonly subject: string | undefined; readonly previousSubject: string | undefined };
  /**
   * The API asks for something that a refresh can't give: more scope (RFC 6750 §3.1) or a fresher or stronger sign-in
   * (RFC 9470 §3). The response went to the caller; nothing was refreshed.
   */
  challenge: RequestSummary & {
    readonly status: number;
    readonly error: string | undefined;
    readonly scope: string | undefined;
    readonly acrValues: string | undefined;
    /** Seconds since the last sign-in that the API accepts. */
    readonly maxAge: number | undefined;
  };
}

export type AuthEventListener<Name extends keyof AuthEvents> = (detail: AuthEvents[Name]) => void;

export interface Events {
  on<Name extends keyof AuthEvents>(event: Name, listener: AuthEventListener<Name>): () => void;
  emit<Name extends keyof AuthEvents>(event: Name, detail: AuthEvents[Name]): void;
}

export function createEvents(): Events {
  const listeners = new Map<string, Set<(detail: never) => void>>();
  return {
    on(event, listener) {
      const those = listeners.get(event) ?? new Set();
      listeners.set(event, those.add(listener));
      return () => those.delete(listener);
    },
    emit(event, detail) {
      for (const listener of [...(listeners.get(event) ?? [])]) safely(() => listener(Object.freeze(detail) as never));
    },
  };
}

/** Runs the app's code so that what it throws reaches the console, and nobody else. */
export function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  }
}
