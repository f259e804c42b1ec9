/** How a record is replaced, and who is notified. For the files of this folder only: no other file changes a session. */

import { emit } from '../events.js';
import { gate } from '../wait.js';
import { subjectOf } from './access-token.js';
import { publicState } from './public-state.js';
import type { ChangeSource, Session } from './session.js';
import { changesUser, hasNewToken, type SessionRecord } from './session-record.js';

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Another record: wakes the calls that wait for a change, and tells the app. */
export function changeRecord(session: Writable<Session>, next: SessionRecord, source: ChangeSource): void {
  if (session.disposed.isOpen) return;
  const { record: previous } = session;
  // A sign-out counts even before it is known whether a user is signed in.
  const isSignOut = next.ended === 'signed-out' && source === 'this-tab' && next.epoch !== previous.epoch;
  const left = changesUser(previous, next) || isSignOut;
  if (left) session.userVersion++;
  replaceRecord(session, next);
  notifyChange(session, source, previous);
  const subject = subjectOf(next.token);
  if (next.ended) {
    // The app sees no difference.
    if (previous.ended === next.ended) return;
    const reason = next.ended;
    // A visitor who has no session has lost none.
    if (left && !previous.ended && reason !== 'no-session') emit(session.listeners, 'signed-out', { reason });
  } else if (left) {
    emit(session.listeners, 'user-changed', { subject, previousSubject: subjectOf(previous.token) });
  } else if (previous.token && !hasNewToken(next, previous)) {
    return;
  } else if (previous.token) {
    emit(session.listeners, 'refreshed', { by: source });
  } else if (next.token) {
    emit(session.listeners, 'signed-in', { subject });
  }
  // A listener may have disposed of the client.
  if (session.disposed.isOpen) return;
  // From the record of now: a listener may have signed out or in by now.
  session.state = publicState(session.record, session.userVersion);
  emit(session.listeners, 'state', undefined);
}

/** Another record that changes nothing for waiting calls. */
export function replaceRecord(session: Writable<Session>, record: SessionRecord): void {
  const { recordReplaced } = session;
  session.record = record;
  session.recordReplaced = gate();
  recordReplaced.open();
}

/** Wakes the calls that wait for a change, and tells the parts of the client. */
export function notifyChange(session: Writable<Session>, source: ChangeSource, previous: SessionRecord): void {
  const { change } = session;
  // First, so that the calls that wake up find the gate of the next change.
  session.change = gate();
  change.open();
  session.onChange(source, previous);
}
