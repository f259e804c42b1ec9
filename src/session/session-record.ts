/** The record of a session that tabs post to each other, and the order that says which of two is the newer one. */

import type { SignedOutReason } from '../events.js';
import { wallClock } from '../wait.js';
import { type AccessToken, isSameToken, subjectOf } from './access-token.js';
import type { Grant } from './grant.js';

/**
 * A session as tabs post it to each other. Records have a total order (`isNewer`), and each tab keeps the newest that
 * it has seen: messages lost, doubled or late change nothing.
 */
export interface SessionRecord {
  /** Grows with each sign-in and sign-out: the wall clock, or one more than the last one seen. 0: nothing is known. */
  readonly epoch: number;
  readonly id: string;
  /** Grows with each refresh of this session. */
  readonly generation: number;
  /** Absent while the tab knows that there is a session, but has no token for it. */
  readonly token?: AccessToken | undefined;
  /** See {@link Grant}. */
  readonly refreshToken?: string | undefined;
  /** The generation in which its refresh token came, where that is an earlier one. */
  readonly rotation?: number | undefined;
  /** It was stored, with its refresh token alone: an access token beside that is an older one. */
  readonly isStored?: boolean | undefined;
  /** Final: a session that has ended never comes back, whatever answer lands later. */
  readonly ended?: SignedOutReason | undefined;
  /** The sign-out was sent before its turn: the cookie of a refresh that lands after it must go, too. */
  readonly overtook?: boolean | undefined;
  /** A sign-in has failed, and its cookie may have arrived all the same: the next token may be another user's. */
  readonly inDoubt?: boolean | undefined;
  /** The value of the hint cookie that the last answer left. Absent where it isn't known; empty: there was none. */
  readonly hint?: string | undefined;
}

export const UNKNOWN: SessionRecord = { epoch: 0, id: '', generation: 0 };

/** A later sign-in or sign-out wins, and of the same moment the sign-out; within one session its end, then the later refresh. */
export function isNewer(a: SessionRecord, b: SessionRecord): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (isSignedOut(a) !== isSignedOut(b)) return isSignedOut(a);
  if (a.id !== b.id) return a.id > b.id;
  if (!a.ended !== !b.ended) return !b.ended;
  return a.generation > b.generation;
}

const isSignedOut = ({ ended }: SessionRecord): boolean => ended === 'signed-out';

/** Later than all that this tab has seen, and than all that tabs it can't hear have begun. */
export const nextEpoch = ({ epoch }: SessionRecord): number => Math.max(wallClock(), epoch + 1);

/** What a record holds of a grant. A refresh that brings no refresh token leaves the old one good (RFC 6749 §6). */
export function grantedFields(grant: Partial<Grant>, kept?: SessionRecord) {
  const { accessToken: token = kept?.token, refreshToken = kept?.refreshToken } = grant;
  const rotation = kept && refreshToken && refreshToken === kept.refreshToken ? rotationOf(kept) : undefined;
  return { token, refreshToken, rotation, isStored: undefined };
}

/** Two records of one session have the same refresh token if it came in the same generation. */
export const rotationOf = ({ rotation, generation }: Pick<SessionRecord, 'rotation' | 'generation'>): number =>
  rotation ?? generation;

export const newSessionId = (): string => String(Math.random());

/** Whether there is a token, and another one than before. */
export const hasNewToken = (record: SessionRecord, previous: SessionRecord): boolean =>
  !!record.token && !isSameToken(record.token, previous.token);

/** Whether a user is, or may be, signed in. */
export const isOpen = (record: SessionRecord): boolean => record.epoch > 0 && !record.ended;

/** Whether `next` ends the session of `previous` for the calls that wait in it: it has ended, or another user has come. */
export function changesUser(previous: SessionRecord, next: SessionRecord): boolean {
  return isOpen(previous) && (!!next.ended || !isSameUser(previous, next));
}

/** Where a subject is missing, only the same session is surely the same user's. */
function isSameUser(a: SessionRecord, b: SessionRecord): boolean {
  const [subjectA, subjectB] = [subjectOf(a.token), subjectOf(b.token)];
  if (!subjectA || !subjectB) return a.id === b.id;
  // A subject is unique for its issuer alone (RFC 7519 §4.1.2): each tenant may have a user 1.
  const [issuerA, issuerB] = [a.token?.claims?.iss, b.token?.claims?.iss];
  return subjectA === subjectB && (issuerA === issuerB || !issuerA || !issuerB);
}

/** Whether another tab has signed out without the newest refresh token: it is new, say, or hasn't heard of a refresh. */
export const isRevocationLeft = (known: SessionRecord, { ended, id, generation }: SessionRecord): boolean =>
  !!known.refreshToken && ended === 'signed-out' && (id !== known.id || generation < known.generation);
