/** What the app sees of the session. */

import type { SignedOutReason } from '../events.js';
import { expiresAt, subjectOf } from './access-token.js';
import type { SessionRecord } from './session-record.js';
import { USER_VERSION } from './user-version.js';

/** What the app sees; narrow it on `status`. Frozen, the same object until something changes, never with the token. */
export type AuthState<Claims = object> =
  /** Not known yet: nothing has been asked, or neither the other tabs nor the server could be reached. */
  | { readonly status: 'restoring' }
  | {
      readonly status: 'signed-in';
      /** The access token's payload, unverified; `undefined` for an opaque token. */
      readonly claims: Claims | undefined;
      /** The `sub` claim, where there is one. */
      readonly subject: string | undefined;
      /** Milliseconds since 1970 by this machine's clock; `undefined` where the server didn't say. */
      readonly expiresAt: number | undefined;
    }
  | { readonly status: 'signed-out'; readonly reason: SignedOutReason };

/** @param userVersion tells users apart where their tokens don't */
export function publicState({ token, ended }: SessionRecord, userVersion: number): AuthState {
  const state: AuthState = ended
    ? { status: 'signed-out', reason: ended }
    : token
      ? { status: 'signed-in', claims: token.claims, subject: subjectOf(token), expiresAt: expiresAt(token) }
      : { status: 'restoring' };
  // Not enumerable: apps compare states, copy them and write them down.
  return Object.freeze(Object.defineProperty(state, USER_VERSION, { value: userVersion }));
}
