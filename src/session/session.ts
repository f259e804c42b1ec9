/** The one session of this tab: its token in memory, the order of its changes, and what the app sees of it. */

import { type Events, type SignedOutReason, safely } from '../events.js';
import { gate } from '../wait.js';
import { type AccessToken, expiresAt, subjectOf } from './access-token.js';

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

/**
 * A session as tabs tell each other of it. Records have a total order (`isNewer`), and each tab keeps the newest that
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
  /** Final: a session that has ended never comes back, whatever answer lands later. */
  readonly ended?: SignedOutReason | undefined;
}

export type ChangeSource = 'this-tab' | 'another-tab';

export interface Session {
  record(): SessionRecord;
  state(): AuthState;
  subscribe(listener: () => void): () => void;
  /** For the parts of the client: called before the app hears of the change. */
  watch(watcher: (source: ChangeSource) => void): () => void;
  /** Resolves on the next change. */
  changed(): Promise<void>;
  /** Counts every change. A part that waited compares it, and refuses its late result if it moved. */
  version(): number;
  /** Changes when the user leaves or another one comes: the session that a request belongs to. */
  tenure(): number;
  /** A sign-in: a new session, after all earlier ones. */
  begin(token: AccessToken): void;
  /** A refresh: the next generation, unless the token turns out to be somebody else's. */
  renew(token: AccessToken): void;
  end(reason: SignedOutReason): void;
  /** What another tab says of its session; kept if it is newer. */
  learn(record: SessionRecord): void;
  /** Forgets the token; nothing changes any more, and whoever waits finds the session gone. */
  dispose(): void;
  isClosed(): boolean;
}

const UNKNOWN: SessionRecord = { epoch: 0, id: '', generation: 0 };

/** A later sign-in wins; within one session its end wins, then the later refresh. */
export function isNewer(a: SessionRecord, b: SessionRecord): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.id !== b.id) return a.id > b.id;
  if (!a.ended !== !b.ended) return !b.ended;
  return a.generation > b.generation;
}

export function createSession(events: Events): Session {
  let record = UNKNOWN;
  let state = show(record);
  let version = 0;
  let tenure = 0;
  let closed = false;
  let change = gate();
  const watchers = new Set<(source: ChangeSource) => void>();
  const listeners = new Set<() => void>();

  function move(next: SessionRecord, source: ChangeSource): void {
    if (closed) return;
    const previous = record;
    const left = isLeft(previous, next);
    if (left) tenure++;
    record = next;
    wakeParts(source);
    const subject = subjectOf(next.token);
    if (next.ended) {
      if (left && !previous.ended) events.emit('signed-out', { reason: next.ended });
    } else if (left) {
      events.emit('user-changed', { subject, previousSubject: subjectOf(previous.token) });
    } else if (previous.token) {
      events.emit('refreshed', { by: source });
    } else if (next.token) {
      events.emit('signed-in', { subject });
    }
    // Nothing that shows has changed.
    if (previous.ended && previous.ended === next.ended) return;
    // From `record`, not `next`: a listener may have signed out or in by now.
    state = show(record);
    for (const listener of [...listeners]) safely(listener);
  }

  function wakeParts(source: ChangeSource): void {
    version++;
    change.open();
    change = gate();
    for (const watcher of [...watchers]) watcher(source);
  }

  /** Later than all that this tab has seen, and than all that tabs it can't hear have begun. */
  const nextEpoch = () => Math.max(Date.now(), record.epoch + 1);

  const begin = (token: AccessToken) =>
    move({ epoch: nextEpoch(), id: String(Math.random()), generation: 1, token }, 'this-tab');

  return {
    record: () => record,
    state: () => state,
    version: () => version,
    tenure: () => tenure,
    subscribe: (listener) => add(listeners, listener),
    watch: (watcher) => add(watchers, watcher),
    changed: () => change.opened,
    begin,
    renew(token) {
      const next = { ...record, generation: record.generation + 1, token };
      if (isOpen(record) && !isLeft(record, next)) move(next, 'this-tab');
      else begin(token);
    },
    end(reason) {
      // The user's own sign-out ends every session up to now, in tabs that know of a later one too.
      const last = reason === 'signed-out' ? { epoch: nextEpoch(), ended: reason } : { ended: record.ended ?? reason };
      move({ ...record, token: undefined, ...last }, 'this-tab');
    },
    learn(theirs) {
      if (!isNewer(theirs, record)) return;
      // News without a token (see tab-channel.ts): ours, if it is of the same session, is good until it expires.
      const token = theirs.token ?? (theirs.id === record.id && !theirs.ended ? record.token : undefined);
      const next = { ...theirs, token };
      if (token === record.token && theirs.ended === record.ended && !isLeft(record, next)) record = next;
      else move(next, 'another-tab');
    },
    dispose() {
      record = UNKNOWN;
      closed = true;
      tenure++;
      wakeParts('this-tab');
    },
    isClosed: () => closed,
  };
}

/** Whether somebody is, or may be, signed in. */
const isOpen = (record: SessionRecord): boolean => record.epoch > 0 && !record.ended;

/** Whether the session of `previous` is over with `next`, for whoever waits under it: it ended, or somebody else came. */
function isLeft(previous: SessionRecord, next: SessionRecord): boolean {
  if (next.ended === 'signed-out') return true;
  return isOpen(previous) && (!!next.ended || !isSameUser(previous, next));
}

/** Where a subject is missing, only the same session is surely the same user's. */
function isSameUser(a: SessionRecord, b: SessionRecord): boolean {
  const [subjectA, subjectB] = [subjectOf(a.token), subjectOf(b.token)];
  return subjectA && subjectB ? subjectA === subjectB : a.id === b.id;
}

function show({ token, ended }: SessionRecord): AuthState {
  if (ended) return Object.freeze({ status: 'signed-out', reason: ended });
  if (!token) return Object.freeze({ status: 'restoring' });
  const { claims } = token;
  return Object.freeze({ status: 'signed-in', claims, subject: subjectOf(token), expiresAt: expiresAt(token) });
}

function add<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => {
    set.delete(item);
  };
}
