/** The one session of this tab: its token in memory, its changes, and who hears of them. */

import { type Audience, emit, type SignedOutReason } from '../events.js';
import { elapsed, type Gate, gate, type Instant, now } from '../wait.js';
import { type AccessToken, isSameToken, subjectOf } from './access-token.js';
import { type AuthState, show } from './auth-state.js';
import { hasNewToken, isLeft, isNewer, isOpen, nextEpoch, type SessionRecord, UNKNOWN } from './session-record.js';

export type ChangeSource = 'this-tab' | 'another-tab';

export interface Session extends Audience {
  record: SessionRecord;
  state: AuthState;
  /** Opens on the next change. A part that waited compares it, and refuses its late result if another one stands there. */
  change: Gate;
  /** Opens on the next record, also on one that changes nothing for those who wait. */
  news: Gate;
  /** Changes when the user leaves or another one comes: the session that a request belongs to. */
  tenure: number;
  /** A sign-in by the cookie that is there: until it has begun its session, what others say of theirs is for later. */
  beginning?: Beginning | undefined;
  /** When a tab that had heard of no session began one, or ended all: what others knew before doesn't undo it. */
  unheard?: Instant | undefined;
  /** Nothing changes any more, and nobody need wait. */
  closed: boolean;
  /** For the parts of the client: called before the app hears of the change. */
  onChange(source: ChangeSource, previous: SessionRecord): void;
}

export interface Beginning {
  /** The newest session of which others have told meanwhile. */
  heard?: SessionRecord;
  /** While it is tried; settles when that is over, however. */
  done?: Promise<void> | undefined;
  /** The user's version that its session has got. */
  tenure?: number;
  /** Why the server refused. */
  refusal?: string;
  /** The user has signed out meanwhile, in another tab. */
  isSignedOut?: boolean;
}

export function createSession(onChange: Session['onChange']): Session {
  return {
    record: UNKNOWN,
    state: show(UNKNOWN, 0),
    change: gate(),
    news: gate(),
    tenure: 0,
    closed: false,
    listeners: new Set(),
    onChange,
  };
}

/** A new session, after all earlier ones; one that the server knew already, unless the user has just signed in. */
export function begin(session: Session, token: AccessToken, unheard?: Instant): void {
  const epoch = nextEpoch(session.beginning?.heard ?? session.record);
  session.beginning = undefined;
  session.unheard = unheard;
  move(session, { epoch, id: newId(), generation: 1, token }, 'this-tab');
}

/** A sign-in as a user of one's own choice: what has waited to learn who is signed in was not meant for them. */
export function signInAs(session: Session, token: AccessToken): void {
  if (!isOpen(session.record)) session.tenure++;
  begin(session, token, unheardNow(session));
}

/** A refresh: the next generation, unless the token turns out to be somebody else's. */
export function renew(session: Session, token: AccessToken): void {
  const { record } = session;
  const next = { ...record, generation: record.generation + 1, token, inDoubt: undefined };
  const isCertain = !record.inDoubt || (subjectOf(record.token) && subjectOf(token));
  if (isOpen(record) && isCertain && !isLeft(record, next)) move(session, next, 'this-tab');
  else begin(session, token);
}

/** A refresh that brought today's token again. */
export function keep(session: Session): void {
  const { record } = session;
  const token = record.token && { ...record.token, isLast: true };
  move(session, { ...record, generation: record.generation + 1, token }, 'this-tab');
}

/** A sign-in has failed, and nobody knows whether its cookie has landed. */
export function doubt(session: Session): void {
  const { record } = session;
  if (!isOpen(record)) return;
  setRecord(session, { ...record, generation: record.generation + 1, inDoubt: true });
  // Whoever waits for a refresh goes on waiting.
  session.onChange('this-tab', record);
}

/** The sign-out was sent out of its turn; tells the tab whose refresh it may have overtaken. */
export function overtake(session: Session): void {
  const { record } = session;
  if (record.ended) move(session, { ...record, generation: record.generation + 1, overtook: true }, 'this-tab');
}

export function end(session: Session, reason: SignedOutReason): void {
  const { record } = session;
  // The user's own sign-out ends every session up to now, in tabs that know of a later one too.
  if (reason === 'signed-out') {
    session.beginning = undefined;
    session.unheard = unheardNow(session);
  }
  const last =
    reason === 'signed-out' ? { epoch: nextEpoch(record), ended: reason } : { ended: record.ended ?? reason };
  move(session, { ...record, token: undefined, overtook: undefined, ...last }, 'this-tab');
}

/** Milliseconds in which other tabs answer, even busy ones. */
const ANSWERED_WITHIN = 1_000;

/** What another tab says of its session; kept if it is newer. As an answer it is what that tab knew before. */
export function learn(session: Session, theirs: SessionRecord, kind: 'news' | 'answer'): void {
  const { record, unheard, beginning } = session;
  if (!isNewer(theirs, beginning?.heard ?? record)) return;
  if (beginning) {
    const isSignOut = kind === 'news' && theirs.ended === 'signed-out';
    const isSignIn = kind === 'news' && !theirs.ended && theirs.generation === 1 && !beginning.done;
    if (!isSignOut && !isSignIn && !(isOpen(record) && theirs.ended)) {
      beginning.heard = theirs;
      return;
    }
    // What the user does in another tab now comes after this sign-in, and its cookie is the one that counts.
    if (isSignOut || isSignIn) session.beginning = undefined;
    if (isSignOut) beginning.isSignedOut = true;
    // Requests that waited for this sign-in are none of theirs.
    if (isSignIn && !isOpen(record)) session.tenure++;
  }
  const isOfBefore = kind === 'answer' && theirs.id !== record.id;
  if (isOfBefore && unheard && elapsed(unheard) < ANSWERED_WITHIN) {
    // Only by a clock that was set back meanwhile is theirs the later one. The id is new: ours may have ended elsewhere.
    setRecord(session, { ...record, epoch: nextEpoch(theirs), id: newId() });
    wake(session, 'this-tab', record);
    return;
  }
  // News without a token (see tab-channel.ts): ours, if it is of the same session, is good until it expires.
  const given = theirs.token ?? (theirs.id === record.id && !theirs.ended ? record.token : undefined);
  const isKnown = isSameToken(given, record.token) && given?.isLast === record.token?.isLast;
  const next = { ...theirs, token: isKnown ? record.token : given };
  if (isKnown && theirs.ended === record.ended && !isLeft(record, next)) setRecord(session, next);
  else move(session, next, 'another-tab');
}

/** No session begins: goes on with what others have told meanwhile. */
export function giveUpBeginning(session: Session): void {
  const heard = session.beginning?.heard;
  session.beginning = undefined;
  if (heard) learn(session, heard, 'news');
}

/** Forgets the token; whoever waits finds the session gone. */
export function close(session: Session): void {
  const { record } = session;
  session.closed = true;
  setRecord(session, UNKNOWN);
  session.tenure++;
  wake(session, 'this-tab', record);
}

const unheardNow = ({ record }: Session): Instant | undefined => (record.epoch ? undefined : now());

function move(session: Session, next: SessionRecord, source: ChangeSource): void {
  if (session.closed) return;
  const { record: previous } = session;
  // A user who signs out before it is known whether they are signed in means it.
  const left = isLeft(previous, next) || (next.ended === 'signed-out' && source === 'this-tab');
  if (left) session.tenure++;
  setRecord(session, next);
  wake(session, source, previous);
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
  session.state = show(session.record, session.tenure);
  emit(session, 'state', undefined);
}

function setRecord(session: Session, record: SessionRecord): void {
  const { news } = session;
  session.record = record;
  session.news = gate();
  news.open();
}

function wake(session: Session, source: ChangeSource, previous: SessionRecord): void {
  const { change } = session;
  // First: who is woken finds the gate of the next change.
  session.change = gate();
  change.open();
  session.onChange(source, previous);
}

const newId = (): string => String(Math.random());
