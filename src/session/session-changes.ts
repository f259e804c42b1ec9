/** What happens to the session in this tab: it begins, is renewed, comes into doubt, and ends. */

import { closeListeners, emit, type SignedOutReason } from '../events.js';
import { type Instant, now } from '../wait.js';
import { type AccessToken, subjectOf } from './access-token.js';
import type { Grant } from './grant.js';
import { publicState, type RestoreError } from './public-state.js';
import { changeRecord, notifyChange, replaceRecord, type Writable } from './record-change.js';
import { type CookieSignIn, newestKnown, type Session } from './session.js';
import { changesUser, grantedFields, isOpen, newSessionId, nextEpoch, rotationOf, UNKNOWN } from './session-record.js';

/** A new session, after all earlier ones; one that the server knew already, unless the user has just signed in. */
export function beginSession(session: Writable<Session>, grant: Grant, beganUnaware?: Instant): void {
  const epoch = nextEpoch(newestKnown(session));
  session.cookieSignIn = undefined;
  session.beganUnaware = beganUnaware;
  const hint = session.hint.read();
  changeRecord(session, { epoch, id: newSessionId(), generation: 1, ...grantedFields(grant), hint }, 'this-tab');
}

/**
 * A sign-in as a user that this tab has chosen. Calls that waited to learn who is signed in were not made for them.
 *
 * @param answer which answer to a sign-in it was
 */
export function signInAs(session: Writable<Session>, grant: Grant, answer: number): void {
  session.outdatedAnswers = answer;
  if (!isOpen(session.record)) session.userVersion++;
  beginSession(session, grant, nowIfUnaware(session));
}

/** A refresh: the next generation, unless the token turns out to be another user's. */
export function renewSession(session: Session, grant: Grant): void {
  const next = renewedRecord(session, grant);
  if (isSameSession(session, grant)) changeRecord(session, next, 'this-tab');
  else beginSession(session, { ...grant, refreshToken: next.refreshToken });
}

const renewedRecord = ({ record, hint }: Session, grant: Grant) => ({
  ...record,
  ...grantedFields(record.inDoubt ? grant : ofSameUser(grant, record.token), record),
  generation: record.generation + 1,
  inDoubt: undefined,
  hint: hint.read(),
});

/** Where an answer says nothing of its user, as many answers to a refresh don't, they are the user of before. */
function ofSameUser(grant: Grant, before: AccessToken | undefined): Grant {
  const subject = subjectOf(before);
  if (!subject || subjectOf(grant.accessToken)) return grant;
  return { ...grant, accessToken: { ...grant.accessToken, subject } };
}

/** Whether what a refresh has brought belongs to the session of now. Else it begins one. */
export function isSameSession(session: Session, grant: Grant): boolean {
  const { record } = session;
  const isCertain = !record.inDoubt || (subjectOf(record.token) && subjectOf(grant.accessToken));
  return isOpen(record) && !!isCertain && !changesUser(record, renewedRecord(session, grant));
}

/** The session as a refresh would leave it, for the other tabs of a client that is disposed of. */
export const renewed = (session: Session, grant: Partial<Grant>): Session => {
  const { record } = session;
  const next = { ...record, ...grantedFields(grant, record), generation: record.generation + 1 };
  return { ...session, record: next, cookieSignIn: undefined };
};

/** A refresh that brought a refresh token, and no access token of use. Callers that wait for a refresh go on waiting. */
export function keepRefreshToken(session: Session, refreshToken: string): void {
  const { record } = session;
  if (!isOpen(record)) return;
  replaceRecord(session, renewed(session, { refreshToken }).record);
  session.onChange('this-tab', record);
}

/** A refresh that brought the current access token again. */
export function keepToken(session: Session, refreshToken: string | undefined): void {
  const { record } = session;
  if (!record.token) return;
  const granted = grantedFields({ accessToken: { ...record.token, isLast: true }, refreshToken }, record);
  const hint = session.hint.read();
  changeRecord(session, { ...record, ...granted, generation: record.generation + 1, hint }, 'this-tab');
}

/** Other tabs have refreshed, and the refresh token is still the one that this tab has. Its next record is newer than theirs. */
export function catchUp(session: Session, generation: number): void {
  const { record } = session;
  replaceRecord(session, { ...record, generation, rotation: rotationOf(record) });
}

/** A sign-in has failed, and its cookie may have arrived all the same. A refresh token of its own stays the user's. */
export function doubtUser(session: Session): void {
  const { record } = session;
  const cookieSignIn: Writable<CookieSignIn> | undefined = session.cookieSignIn;
  // During a sign-in with the cookie it is what the other tabs have, though this one doesn't show it.
  const known = newestKnown(session);
  if (!isOpen(known) || known.refreshToken) return;
  const doubted = { ...known, generation: known.generation + 1, inDoubt: true };
  if (cookieSignIn?.newestHeard) cookieSignIn.newestHeard = doubted;
  else replaceRecord(session, doubted);
  // Callers that wait for a refresh go on waiting.
  session.onChange('this-tab', record);
}

/** It couldn't be found out who is signed in. The app sees that, once for each kind of failure. */
export function recordRestoreFailure(session: Writable<Session>, { code, retryable }: RestoreError): void {
  const { state, record, userVersion } = session;
  if (state.status !== 'restoring' || session.disposed.isOpen) return;
  if (state.error?.code === code && state.error.retryable === retryable) return;
  session.state = publicState(record, userVersion, { code, retryable });
  emit(session.listeners, 'state', undefined);
}

/** The sign-out was sent before its turn. The record says so to the tab whose refresh it may have overtaken. */
export function recordOvertaking(session: Session): void {
  const { record } = session;
  if (record.ended) changeRecord(session, { ...record, generation: record.generation + 1, overtook: true }, 'this-tab');
}

/** @param hint the value of the hint cookie that belongs to the end; one that has come since is another session's */
export function endSession(session: Writable<Session>, reason: SignedOutReason, hint?: string): void {
  const { record } = session;
  const ended = { ...record, token: undefined, refreshToken: undefined, ended: record.ended ?? reason };
  if (reason !== 'signed-out') {
    changeRecord(session, { ...ended, overtook: undefined, hint }, 'this-tab');
    return;
  }
  // The user's own sign-out ends every session up to now, in tabs that know of a later one too.
  const epoch = nextEpoch(newestKnown(session));
  session.cookieSignIn = undefined;
  session.beganUnaware = nowIfUnaware(session);
  const overtook = record.ended === 'signed-out' ? record.overtook : undefined;
  const known = record.hint ?? session.hint.read();
  changeRecord(session, { ...ended, epoch, ended: reason, overtook, hint: known }, 'this-tab');
}

/** The hint cookie has gone after a sign-out: the next one is that of another session. */
export function keepHintGone(session: Session): void {
  const { record } = session;
  if (hasHintGone(session)) replaceRecord(session, { ...record, hint: '' });
}

/** The same after this tab's own sign-out. The other tabs are told, since they may not look before the next sign-in. */
export function tellHintGone(session: Session): void {
  const { record } = session;
  if (hasHintGone(session))
    changeRecord(session, { ...record, generation: record.generation + 1, hint: '' }, 'this-tab');
}

const hasHintGone = ({ record, hint }: Session): boolean =>
  record.ended === 'signed-out' && !!record.hint && hint.read() === '';

/** This tab can't go on with the session. Others may, so they aren't told, and what they post is news. */
export function loseSession(session: Writable<Session>, reason: SignedOutReason): void {
  const { record } = session;
  if (record.refreshToken) session.lost = { ...record, token: undefined, refreshToken: undefined };
  changeRecord(session, { ...UNKNOWN, ended: reason }, 'this-tab');
}

/**
 * The client is disposed of: it forgets the tokens and the listeners, and waiting callers find the session gone.
 *
 * @param until a request that may still bring a refresh token. So long it is known whether the user signs out elsewhere.
 */
export function closeSession(session: Writable<Session>, until: Promise<unknown> | undefined): void {
  const { record } = session;
  closeListeners(session.listeners);
  replaceRecord(session, UNKNOWN);
  session.userVersion++;
  // A second dispose() changes nothing.
  if (session.state.status !== 'restoring' || session.state.error)
    session.state = publicState(UNKNOWN, session.userVersion);
  notifyChange(session, 'this-tab', record);
  if (!until) return;
  replaceRecord(session, record);
  const forget = () => replaceRecord(session, UNKNOWN);
  until.then(forget, forget);
}

const nowIfUnaware = ({ record }: Session): Instant | undefined => (record.epoch ? undefined : now());
