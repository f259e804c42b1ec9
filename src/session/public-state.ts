/** What the app sees of the session. */

import type { AuthErrorCode } from '../errors.js';
import type { SignedOutReason } from '../events.js';
import { expiresAt, subjectOf } from './access-token.js';
import type { SessionRecord } from './session-record.js';
import { USER_VERSION } from './user-version.js';

/** What the app sees; narrow it on `status`. Frozen, the same object until something changes, never with the token. */
export type AuthState<Claims = object> =
  | {
      /** Not known yet: nothing has been asked, or neither the other tabs nor the server have given an answer of use. */
      readonly status: 'restoring';
      /**
       * Why that isn't known: there from the first attempt in vain on, and so after `refreshTimeout` (10 s) at the latest.
       * The client goes on trying.
       */
      readonly error?: RestoreError | undefined;
    }
  | {
      readonly status: 'signed-in';
      /** The access token's payload, unverified; `undefined` for an opaque token. */
      readonly claims: Claims | undefined;
      /** By the option `subject`; else the claim `sub`, `user_id`, `uid` or `userId`, where there is one. */
      readonly subject: string | undefined;
      /** Milliseconds since 1970 by this machine's clock; `undefined` where the server didn't say. */
      readonly expiresAt: number | undefined;
    }
  | { readonly status: 'signed-out'; readonly reason: SignedOutReason };

/** The last attempt to find out who is signed in has failed. The event `refresh-failed` has the error itself. */
export interface RestoreError {
  readonly code: AuthErrorCode;
  /** `true`: the next attempt may succeed (offline, a sick server). `false`: something is set up wrongly. */
  readonly retryable: boolean;
}

/**
 * @param userVersion tells users apart where their tokens don't
 * @param error why it isn't known who is signed in
 */
export function publicState({ token, ended }: SessionRecord, userVersion: number, error?: RestoreError): AuthState {
  const state: AuthState = ended
    ? { status: 'signed-out', reason: ended }
    : token
      ? { status: 'signed-in', claims: token.claims, subject: subjectOf(token), expiresAt: expiresAt(token) }
      : { status: 'restoring', ...(error && { error: Object.freeze(error) }) };
  // Not enumerable: apps compare states, copy them and write them down.
  return Object.freeze(Object.defineProperty(state, USER_VERSION, { value: userVersion }));
}
