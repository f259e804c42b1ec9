/** What happened in this tab, newest first: every event of the client, and what the page's own requests met. */

import { isAuthError } from 'silent-refresh';
import { auth } from '../instruments/instrumented-client.ts';
import { createStore } from '../shared/store.ts';

export type EntryKind =
  | 'signed in'
  | 'refreshed'
  | 'refresh failed'
  | 'replayed'
  | 'signed out'
  | 'user changed'
  | 'challenge'
  | 'request'
  | 'error'
  | 'summary'
  | 'server';

export interface Entry {
  readonly id: number;
  readonly at: Date;
  readonly kind: EntryKind;
  readonly text: string;
  /** Entries that say the same in a row are shown as one. */
  readonly times: number;
}

const LENGTH = 200;
let lastId = 0;

export const journal = createStore<readonly Entry[]>([]);

export function note(kind: EntryKind, text: string): void {
  const [newest, ...older] = journal.get();
  const at = new Date();
  if (newest?.kind === kind && newest.text === text)
    journal.set([{ ...newest, at, times: newest.times + 1 }, ...older]);
  else journal.set([{ id: ++lastId, at, kind, text, times: 1 }, ...journal.get()].slice(0, LENGTH));
}

/** A failure in one line: the code of an error of the client, or what the browser says. */
export function noteError(what: string, error: unknown): void {
  const code = isAuthError(error)
    ? `${error.name} (${error.code}${error.retryable ? ', retryable' : ''})`
    : String(error);
  note('error', `${what}: ${code}`);
}

const pathOf = (url: string): string => new URL(url, location.href).pathname;

const who = (subject: string | undefined): string => subject ?? 'somebody (the token is opaque)';

auth.on('signed-in', ({ subject }) => note('signed in', who(subject)));
auth.on('refreshed', ({ by }) => note('refreshed', by === 'this-tab' ? 'by this tab' : 'by another tab'));
auth.on('refresh-failed', ({ error }) => note('refresh failed', error.message));
auth.on('replayed', ({ method, url, status }) => note('replayed', `${method} ${pathOf(url)} → ${status}`));
auth.on('signed-out', ({ reason }) => note('signed out', `reason: ${reason}`));
auth.on('user-changed', ({ subject, previousSubject }) =>
  note('user changed', `${who(previousSubject)} → ${who(subject)}`),
);
auth.on('challenge', ({ method, url, status, error, acrValues, maxAge, scope }) => {
  const asked = [
    error,
    acrValues && `acr ${acrValues}`,
    maxAge !== undefined && `max age ${maxAge} s`,
    scope && `scope ${scope}`,
  ];
  note('challenge', `${method} ${pathOf(url)} → ${status}: ${asked.filter(Boolean).join(', ')}`);
});
