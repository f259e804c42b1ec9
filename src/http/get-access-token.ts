/** `getAccessToken()`: the access token for what takes no `fetch`. */

import { ConfigurationError } from '../errors.js';
import { reportProblem } from '../events.js';
import type { RefreshParts } from '../refresh/refreshing.js';
import { noTokenYetError, tokenFor } from '../refresh/usable-token.js';
import { sessionGoneError } from '../session/session-gone.js';
import { isOpen } from '../session/session-record.js';
import { userVersionOfCall } from '../session/sign-ins.js';

export interface GetAccessTokenOptions {
  /**
   * Milliseconds that the token must still be good for, from 0 up; at most half its lifetime counts.
   *
   * @default what a request needs to arrive: 5 s, less for short-lived tokens
   */
  readonly minValidity?: number | undefined;
  /** Frees this caller, with the signal's reason; the refresh goes on for the others. */
  readonly signal?: AbortSignal | undefined;
  /**
   * A token that has met a 401: the current one is given if it is another one, else that of the one refresh. Where a
   * refresh wouldn't help (the API refuses fresh tokens, say), it is given back as it is: send the request once
   * more, never twice.
   */
  readonly refused?: string | undefined;
}

/** @throws ConfigurationError, and what {@link tokenFor} throws */
export async function getAccessToken(parts: RefreshParts, options: GetAccessTokenOptions = {}): Promise<string> {
  const { session } = parts;
  const { minValidity, signal, refused } = options;
  const label = 'getAccessToken()';
  // It could never be met: each call would refresh.
  if (minValidity !== undefined && !(Number.isFinite(minValidity) && minValidity >= 0))
    throw new ConfigurationError(`${label}: minValidity is ${minValidity}, not milliseconds from 0 up.`);
  const userVersion = await userVersionOfCall(session, signal);
  const token = await tokenFor(parts, { label, userVersion, minValidity, signal, refused });
  const used = (token?.lifetime ?? Infinity) / 2;
  if (minValidity && minValidity > used)
    reportProblem(session.listeners, { code: 'min-validity-capped', asked: minValidity, used });
  if (token) return token.value;
  // A refresh wouldn't help: there is no better one.
  if (refused && refused === session.record.token?.value) return refused;
  // A sign-in is under way, and requests don't wait for it (see `duringSignIn`).
  if (isOpen(session.record) || session.state.status === 'restoring') throw noTokenYetError(label);
  throw sessionGoneError(session, label);
}
