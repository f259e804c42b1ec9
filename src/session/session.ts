/** The one session of this tab: its token in memory, its changes, and who hears of them. */

import { emit, type Listeners, type SignedOutReason } from '../events.js';
import { elapsed, type Gate, gate, type Instant, now } from '../wait.js';
import { type AccessToken, isSameToken, subjectOf } from './access-token.js';
import { type AuthState, publicState } from './public-state.js';
import { changesUser, hasNewToken, isNewer, isOpen, nextEpoch, type SessionRecord, UNKNOWN } from './session-record.js';

export type ChangeSource = 'this-tab' | 'another-tab';

export interface Session extends Listeners {
  record: SessionRecord;
  state: AuthState;
  /** Opens on the next change. A part that waited compares it, and refuses its late result if another one stands there. */
  change: Gate;
  /** Opens on the next record, also on one that changes nothing for those who wait. */
  recordReplaced: Gate;
  /** Changes when the user leaves or another one comes: the session that a request belongs to. */
  userVersion: number;
  /** A sign-in by the cookie that is there: until it has begun its session, what others say of theirs is for later. */
  cookieSignIn?: CookieSignIn | undefined;
  /** When a tab that had heard of no session began one, or ended all: what others knew before doesn't undo it. */
  beganUnaware?: Instant | undefined;
  /** Nothing changes any more, and nobody need wait. */
  closed: boolean;
  /** For the parts of the client: called before the app hears of the change. */
  onChange(source: ChangeSource, previous: SessionRecord): void;
}

export interface CookieSignIn {
  /** The newest session of which others have told meanwhile. */
  newestHeard?: SessionRecord;
  /** While it is tried; settles when that is over, however. */
  attempt?: Promise<void> | undefined;
  /** The user's version that its session has got. */
  userVersion?: number;
  /** Why the server refused. */
  refusal?: string;
  /** The user has signed out meanwhile, in another tab. */
  isSignedOut?: boolean;
}

export function createSession(onChange: Session['onChange']): Session {
  return {
    record: UNKNOWN,
    state: publicState(UNKNOWN, 0),
    change: gate(),
    recordReplaced: gate(),
    userVersion: 0,
    closed: false,
    listeners: new Set(),
    onChange,
  };
}

/** A new session, after all earlier ones; one that the server knew already, unless the user has just signed in. */
export function beginSession(session: Session, token: AccessToken, beganUnaware?: Instant): void {
  const epoch = nextEpoch(session.cookieSignIn?.newestHeard ?? session.record);
  session.cookieSignIn = undefined;
  session.beganUnaware = beganUnaware;
  changeRecord(session, { epoch, id: newId(), generation: 1, token }, 'this-tab');
}

/** A sign-in as a user of one's own choice: what has waited to learn who is signed in was not meant for them. */
export function signInAs(session: Session, token: AccessToken): void {
  if (!isOpen(session.record)) session.userVersion++;
  beginSession(session, token, nowIfUnaware(session));
}

/** A refresh: the next generation, unless the token turns out to be somebody else's. */
export function renewSession(session: Session, token: AccessToken): void {
  const { record } = session;
  const next = { ...record, generation: record.generation + 1, token, inDoubt: undefined };
  const isCertain = !record.inDoubt || (subjectOf(record.token) && subjectOf(token));
  if (isOpen(record) && isCertain && !changesUser(record, next)) changeRecord(session, next, 'this-tab');
  else beginSession(session, token);
}

/** A refresh that brought the current token again. */
export function keepToken(session: Session): void {
  const { record } = session;
  const token = record.token && { ...record.token, isLast: true };
  changeRecord(session, { ...record, generation: record.generation + 1, token }, 'this-tab');
}

/** A sign-in has failed, and nobody knows whether its cookie has landed. */
export function doubtUser(session: Session): void {
  const { record } = session;
  if (!isOpen(record)) return;
  replaceRecord(session, { ...record, generation: record.generation + 1, inDoubt: true });
  // Whoever waits for a refresh goes on waiting.
  session.onChange('this-tab', record);
}

/** The sign-out was sent out of its turn; tells the tab whose refresh it may have overtaken. */
export function recordOvertaking(session: Session): void {
  const { record } = session;
  if (record.ended) changeRecord(session, { ...record, generation: record.generation + 1, overtook: true }, 'this-tab');
}

export function endSession(session: Session, reason: SignedOutReason): void {
  const { record } = session;
  // The user's own sign-out ends every session up to now, in tabs that know of a later one too.
  if (reason === 'signed-out') {
    session.cookieSignIn = undefined;
    session.beganUnaware = nowIfUnaware(session);
  }
  const last =
    reason === 'signed-out' ? { epoch: nextEpoch(record), ended: reason } : { ended: record.ended ?? reason };
  changeRecord(session, { ...record, token: undefined, overtook: undefined, ...last }, 'this-tab');
}

/** Milliseconds in which other tabs answer, even busy ones. */
const ANSWERED_WITHIN = 1_000;

/** What another tab says of its session; kept if it is newer. As an answer it is what that tab knew before. */
export function adoptIfNewer(session: Session, theirs: SessionRecord, kind: 'news' | 'answer'): void {
  const { record, beganUnaware, cookieSignIn } = session;
  if (!isNewer(theirs, cookieSignIn?.newestHeard ?? record)) return;
  if (cookieSignIn) {
    const isSignOut = kind === 'news' && theirs.ended === 'signed-out';
    const isSignIn = kind === 'news' && !theirs.ended && theirs.generation === 1 && !cookieSignIn.attempt;
    if (!isSignOut && !isSignIn && !(isOpen(record) && theirs.ended)) {
      cookieSignIn.newestHeard = theirs;
      return;
    }
    // What the user does in another tab now comes after this sign-in, and its cookie is the one that counts.
    if (isSignOut || isSignIn) session.cookieSignIn = undefined;
    if (isSignOut) cookieSignIn.isSignedOut = true;
    // Requests that waited for this sign-in are none of theirs.
    if (isSignIn && !isOpen(record)) session.userVersion++;
  }
  const isOfBefore = kind === 'answer' && theirs.id !== record.id;
  if (isOfBefore && beganUnaware && elapsed(beganUnaware) < ANSWERED_WITHIN) {
    // Only by a clock that was set back meanwhile is theirs the later one. The id is new: ours may have ended elsewhere.
    replaceRecord(session, { ...record, epoch: nextEpoch(theirs), id: newId() });
    notifyChange(session, 'this-tab', record);
    return;
  }
  // News without a token (see tab-channel.ts): ours, if it is of the same session, is good until it expires.
  const given = theirs.token ?? (theirs.id === record.id && !theirs.ended ? record.token : undefined);
  const isKnown = isSameToken(given, record.token) && given?.isLast === record.token?.isLast;
  const next = { ...theirs, token: isKnown ? record.token : given };
  if (isKnown && theirs.ended === record.ended && !changesUser(record, next)) replaceRecord(session, next);
  else changeRecord(session, next, 'another-tab');
}

/** No session begins: goes on with what others have told meanwhile. */
export function abandonCookieSignIn(session: Session): void {
  const heard = session.cookieSignIn?.newestHeard;
  session.cookieSignIn = undefined;
  if (heard) adoptIfNewer(session, heard, 'news');
}

/** Forgets the token; whoever waits finds the session gone. */
export function closeSession(session: Session): void {
  const { record } = session;
  session.closed = true;
  replaceRecord(session, UNKNOWN);
  session.userVersion++;
  notifyChange(session, 'this-tab', record);
}

const nowIfUnaware = ({ record }: Session): Instant | undefined => (record.epoch ? undefined : now());

function changeRecord(session: Session, next: SessionRecord, source: ChangeSource): void {
  if (session.closed) return;
  const { record: previous } = session;
  // A user who signs out before it is known whether they are signed in means it.
  const left = changesUser(previous, next) || (next.ended === 'signed-out' && source === 'this-tab');
  if (left) session.userVersion++;
  replaceRecord(session, next);
  notifyChange(session, source, previous);
  const subject = subjectOf(next.token);
  if (next.ended) {
    // Nothing that shows has changed.
    if (previous.ended === next.ended) return;
    if (left && !previous.ended) emit(session, 'signed-out', { reason: next.ended });
  } else if (left) {
    emit(session, 'user-changed', { subject, previousSubject: subjectOf(previous.token) });
  } else if (previous.token && !hasNewToken(next, previous)) {
    return;
  } else if (previous.token) {
    emit(session, 'refreshed', { by: source });
  } else if (next.token) {
    emit(session, 'signed-in', { subject });
  }
  // From the record of now: a listener may have signed out or in by now.
  session.state = publicState(session.record, session.userVersion);
  emit(session, 'state', undefined);
}

function replaceRecord(session: Session, record: SessionRecord): void {
  const { recordReplaced } = session;
  session.record = record;
  session.recordReplaced = gate();
  recordReplaced.open();
}

function notifyChange(session: Session, source: ChangeSource, previous: SessionRecord): void {
  const { change } = session;
  // First: who is woken finds the gate of the next change.
  session.change = gate();
  change.open();
  session.onChange(source, previous);
}

const newId = (): string => String(Math.random());
