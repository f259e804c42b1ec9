/** Records from other tabs: the newer one of theirs and this tab's is kept. */

import { elapsed, type Instant } from '../wait.js';
import { isSameToken } from './access-token.js';
import { changeRecord, notifyChange, replaceRecord, type Writable } from './record-change.js';
import { type CookieSignIn, newestKnown, type Session } from './session.js';
import {
  changesUser,
  isNewer,
  isOpen,
  newSessionId,
  nextEpoch,
  rotationOf,
  type SessionRecord,
} from './session-record.js';

/** Milliseconds in which other tabs answer, even busy ones. */
const ANSWERED_WITHIN = 1_000;

/**
 * Takes over another tab's record if it is newer. An answer is what that tab has known for a while; news has just
 * happened.
 */
export function adoptIfNewer(session: Writable<Session>, theirs: SessionRecord, kind: 'news' | 'answer'): void {
  const { record, lost } = session;
  const cookieSignIn: Writable<CookieSignIn> | undefined = session.cookieSignIn;
  if (!isNewer(theirs, newestKnown(session)) && !completes(theirs, record)) return;
  // Its refresh token is spent: who took it over again would lose it again, and tabs would ask each other for ever.
  if (!record.epoch && lost && !isNewer(theirs, lost)) return;
  if (session.disposed.isOpen) {
    // Only what becomes of a late refresh token depends on it.
    replaceRecord(session, theirs);
    return;
  }
  const hasSignedIn = kind === 'news' && !theirs.ended && theirs.generation === 1;
  if (cookieSignIn) {
    const isSignOut = kind === 'news' && theirs.ended === 'signed-out';
    const isSignIn = hasSignedIn && !cookieSignIn.attempt;
    if (!isSignOut && !isSignIn && !(isOpen(record) && theirs.ended)) {
      cookieSignIn.newestHeard = theirs;
      // For a sign-in that waits for this very message.
      replaceRecord(session, record);
      return;
    }
    // The user has acted in another tab after this sign-in began: the cookie of that action counts.
    if (isSignOut || isSignIn) session.cookieSignIn = undefined;
    if (isSignOut) cookieSignIn.isSignedOut = true;
    // Requests that waited for this sign-in were not made for that user.
    if (isSignIn && !isOpen(record)) session.userVersion++;
  }
  // The server may know better by now: of a sign-in by a form of its own, say. This tab asks it.
  if (kind === 'answer' && theirs.ended === 'expired' && !record.epoch) return;
  if (hasSignedIn) session.outdatedAnswers = session.signInAnswers;
  const since = learntAt(session, theirs);
  if (kind === 'answer' && since && elapsed(since) < ANSWERED_WITHIN) {
    // Once: tabs that refuse each other's answers again and again would never fall silent.
    session.beganUnaware = undefined;
    // If theirs has the later epoch, the clock was set back. The id is new, since ours may have ended elsewhere.
    replaceRecord(session, { ...record, epoch: nextEpoch(theirs), id: newSessionId() });
    notifyChange(session, 'this-tab', record);
    return;
  }
  // As in the tab where it happened, where this one shows nobody, too. A sign-in that is under way here must not undo a
  // sign-out, nor may a refresh that waits for its turn; and what waits to learn who is signed in isn't sent any more.
  const isNewSignOut = kind === 'news' && theirs.ended === 'signed-out' && theirs.epoch !== record.epoch;
  // Calls that were made while nobody was signed in were not made for the user of now. One that was stored is no news.
  const isNextUser = record.ended && isOpen(theirs) && !theirs.isStored;
  if (isNewSignOut ? !isOpen(record) : isNextUser) session.userVersion++;
  adopt(session, theirs, isNewSignOut);
}

/** When this tab learnt of its session what an answer of now may not know. */
function learntAt({ record, beganUnaware }: Session, theirs: SessionRecord): Instant | undefined {
  // The server has given a token after that end. So somebody has signed in since: while this page was in the back/forward
  // cache, say.
  if (theirs.ended === 'expired' && record.token) return record.token.receivedAt;
  return theirs.id === record.id ? undefined : beganUnaware;
}

/** Whether it is the record that ours was stored from, and has its access token. */
const completes = (theirs: SessionRecord, ours: SessionRecord): boolean =>
  !!ours.isStored && isSameRecord(theirs, ours) && !!theirs.token;

const isSameRecord = (a: SessionRecord, b: SessionRecord): boolean => a.id === b.id && a.generation === b.generation;

/**
 * Takes over what was stored of a session: a refresh token alone. Callers that wait for a refresh go on waiting, unless
 * this tab had said that there is no session: what is asked of it from now on is asked in this one.
 *
 * @returns whether it was news
 */
export function recallRecord(session: Writable<Session>, stored: SessionRecord): boolean {
  const { record } = session;
  // The storage fallback brings records without tokens: this one's refresh token may be stored.
  const isCompletion = isSameRecord(stored, record) && !record.refreshToken && !record.ended;
  if (!isNewer(stored, record) && !isCompletion) return false;
  const recalled = { ...stored, isStored: true };
  if (record.ended || (record.epoch && record.id !== stored.id)) adoptIfNewer(session, recalled, 'answer');
  else replaceRecord(session, { ...recalled, token: record.token });
  return true;
}

/** The storage fallback carries no tokens (`mayCarryTokens`). This tab keeps its own if they are of the same session. */
function adopt(session: Session, theirs: SessionRecord, isNewSignOut: boolean): void {
  const { record } = session;
  const ours = theirs.id === record.id && !theirs.ended ? record : undefined;
  const given = theirs.token ?? ours?.token;
  // A spent one must not be presented: the server would take that for a theft.
  const isKept = ours && rotationOf(ours) === rotationOf(theirs);
  const refreshToken = theirs.refreshToken ?? (isKept ? ours.refreshToken : undefined);
  const isKnown = isSameToken(given, record.token) && given?.isLast === record.token?.isLast;
  // Who can't read the hint cookie, a worker say, knows nothing of it.
  const hint = theirs.hint ?? ours?.hint;
  const next = { ...theirs, token: isKnown ? record.token : given, refreshToken, hint };
  if (!isKnown || isNewSignOut || theirs.ended !== record.ended || changesUser(record, next)) {
    changeRecord(session, next, 'another-tab');
    return;
  }
  replaceRecord(session, next);
  // It may have to be stored. Callers that wait for a refresh go on waiting.
  if (refreshToken !== record.refreshToken) session.onChange('another-tab', record);
}
