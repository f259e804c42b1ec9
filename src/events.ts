/** The events of a client, and its listeners. */

import type { Decisions } from './decisions.js';
import type { AnyAuthError } from './errors.js';
import type { Problem } from './problems.js';

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
  /** A user is signed in, and nobody was before: after `signIn`, `setSession`, a restore, or a sign-in in another tab. */
  'signed-in': { readonly subject: string | undefined };
  /** The same user has a new access token, obtained by this tab or by another. */
  refreshed: { readonly by: 'this-tab' | 'another-tab' };
  /** A refresh by this tab didn't bring a token. With a retryable error the session is kept. */
  'refresh-failed': { readonly error: AnyAuthError };
  /** A request that had met a 401 was sent again; `status` is what it met the second time. */
  replayed: RequestSummary & { readonly status: number };
  /** The session has ended, in this tab or another. Fires before the new state shows: clear caches here. */
  'signed-out': { readonly reason: Exclude<SignedOutReason, 'no-session'> };
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
  /**
   * Something is set up wrongly, or missing, and waiting won't cure it. Once for each kind and address. In development the
   * console says more: the likely cause, and what to do.
   */
  problem: Problem;
}

export type AuthEventListener<Name extends keyof AuthEvents> = (detail: AuthEvents[Name]) => void;

/** The app's events, `state` for `subscribe`, and what the option `debug` tells of besides. */
interface EventMap extends AuthEvents, Decisions {
  readonly state: undefined;
  /** All of them but `state`, for the option `debug`. */
  readonly any: { readonly what: string };
}

/** What the option `debug` gives: a decision, or an event; narrow it on `what`. It never holds a token. */
export type DebugEntry = {
  [What in keyof (AuthEvents & Decisions)]: {
    /** Milliseconds since the client was made. */
    readonly at: number;
    readonly what: What;
    /** In development: the entry as a sentence. */
    readonly message?: string | undefined;
  } & (AuthEvents & Decisions)[What];
}[keyof (AuthEvents & Decisions)];

export interface Listeners {
  /** Each entry is an event and one listener for it. */
  readonly entries: Set<readonly [event: keyof EventMap, listener: (detail: never) => void]>;
  /** What listeners are still to hear, in the order in which it happened. */
  readonly due: (() => void)[];
  /** The problems that have been reported. */
  readonly reported: Set<string>;
  /** Nothing will happen any more: to keep a listener would keep all that it holds. */
  isClosed: boolean;
}

export const createListeners = (): Listeners => ({ entries: new Set(), due: [], reported: new Set(), isClosed: false });

/** Returns its undo. */
export function listen<Name extends keyof EventMap>(
  { entries, isClosed }: Listeners,
  event: Name,
  listener: (detail: EventMap[Name]) => void,
): () => void {
  if (isClosed) return () => {};
  const entry = [event, listener] as const;
  entries.add(entry);
  return () => {
    entries.delete(entry);
  };
}

/** No listener hears of anything that happens from now on, or is kept. */
export function closeListeners(listeners: Listeners): void {
  listeners.isClosed = true;
  listeners.entries.clear();
}

/**
 * Every listener has heard of the event when this returns, but for those that another one has removed. Where one causes
 * another event, the others first hear of this one. What a listener throws, now or later, is reported to the console and affects no other listener.
 */
export function emit<Name extends keyof EventMap>(
  { entries, due }: Listeners,
  event: Name,
  detail: EventMap[Name],
): void {
  const report = globalThis.reportError ?? console.error;
  for (const entry of entries) {
    const [name, listener] = entry;
    const isForAny = name === 'any' && detail;
    if (name !== event && !isForAny) continue;
    const heard = isForAny ? { what: event, ...detail } : detail;
    const call = async () => entries.has(entry) && listener(Object.freeze(heard) as never);
    due.push(() => call().catch((error) => report(error)));
  }
  for (let deliver = due.shift(); deliver; deliver = due.shift()) deliver();
}

/** As many addresses are reported of each kind, whatever an app calls. */
const MOST_REPORTED = 50;

/** Reports a problem, once for each kind and address. */
export function reportProblem(listeners: Listeners, problem: Problem): void {
  const { reported } = listeners;
  const { code, origin, url } = problem as { code: string; origin?: string; url?: string };
  const key = `${code} ${origin ?? url}`;
  const alike = [...reported].filter((each) => each.startsWith(`${code} `));
  if (alike.includes(key) || alike.length >= MOST_REPORTED) return;
  reported.add(key);
  emit(listeners, 'problem', problem);
}
