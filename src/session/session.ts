/** The one session of this tab: its token in memory, the order of its changes, and what the app sees of it. */

import { type Events, type SignedOutReason, safely } from '../events.js';
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
  /** Forgets the token and everybody who listens; whoever waits finds the session gone. */
  close(): void;
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
  const watchers = new Set<(source: ChangeSource) => void>();
  const listeners = new Set<() => void>();

  function move(next: SessionRecord, source: ChangeSource): void {
    if (closed) return;
    const previous = record;
    if (leaves(previous, next)) tenure++;
    record = next;
    version++;
    for (const watcher of [...watchers]) watcher(source);
    announce(previous, next, source);
    // From `record`, not `next`: a listener may have signed out or in by now.
    state = show(record);
    for (const listener of [...listeners]) safely(listener);
  }

  function announce(previous: SessionRecord, next: SessionRecord, by: ChangeSource): void {
    const subject = subjectOf(next.token);
    if (next.ended) {
      if (!previous.ended && leaves(previous, next)) events.emit('signed-out', { reason: next.ended });
    } else if (known(previous) && !sameUser(previous, next)) {
      events.emit('user-changed', { subject, previousSubject: subjectOf(previous.token) });
    } else if (next.token) {
      if (previous.token) events.emit('refreshed', { by });
      else events.emit('signed-in', { subject });
    }
  }

  /** Later than all that this tab has seen, and than all that tabs it can't hear have begun. */
  const nextEpoch = () => Math.max(Date.now(), record.epoch + 1);

  function begin(token: AccessToken): void {
    move({ epoch: nextEpoch(), id: String(Math.random()), generation: 1, token }, 'this-tab');
  }

  return {
    record: () => record,
    state: () => state,
    version: () => version,
    tenure: () => tenure,
    subscribe: (listener) => add(listeners, () => listener()),
    watch: (watcher) => add(watchers, (source) => watcher(source)),
    begin,
    renew(token) {
      const next = { ...record, generation: record.generation + 1, token };
      if (known(record) && sameUser(record, next)) move(next, 'this-tab');
      else begin(token);
    },
    end(reason) {
      const { id, generation } = record;
      // The user's own sign-out ends every session up to now, in tabs that know of a later one too.
      if (reason === 'signed-out') move({ epoch: nextEpoch(), id, generation, ended: reason }, 'this-tab');
      else move({ epoch: record.epoch, id, generation, ended: record.ended ?? reason }, 'this-tab');
    },
    learn(theirs) {
      if (!isNewer(theirs, record)) return;
      // News without a token (see tab-channel.ts) of the same session: ours is still good until it expires.
      const keep = theirs.id === record.id && !theirs.token && !theirs.ended;
      move(keep ? { ...theirs, token: record.token } : theirs, 'another-tab');
    },
    close() {
      closed = true;
      record = UNKNOWN;
      version++;
      tenure++;
      for (const watcher of [...watchers]) watcher('this-tab');
      watchers.clear();
      listeners.clear();
    },
    isClosed: () => closed,
  };
}

/** Whether there is a session, with or without a token at hand. */
const known = (record: SessionRecord): boolean => record.epoch > 0 && !record.ended;

/** Where a subject is missing, only the same session is surely the same user's. */
function sameUser(a: SessionRecord, b: SessionRecord): boolean {
  const [subjectA, subjectB] = [subjectOf(a.token), subjectOf(b.token)];
  return subjectA !== undefined && subjectB !== undefined ? subjectA === subjectB : a.id === b.id;
}

/** Whether requests that wait under `previous` have lost their session. */
const leaves = (previous: SessionRecord, next: SessionRecord): boolean =>
  next.ended === 'signed-out' || (known(previous) && (!!next.ended || !sameUser(previous, next)));

function show({ token, ended }: SessionRecord): AuthState {
  if (ended) return Object.freeze({ status: 'signed-out', reason: ended });
  if (!token) return Object.freeze({ status: 'restoring' });
  const { claims } = token;
  return Object.freeze({
    status: 'signed-in',
    claims: claims && Object.freeze(claims),
    subject: subjectOf(token),
    expiresAt: expiresAt(token),
  });
}

function add<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => {
    set.delete(item);
  };
}

