/** The entries of the option `debug` as sentences. */

import type { DebugEntry } from '../events.js';

type What = DebugEntry['what'];
type Tell<Name extends What> = (entry: Extract<DebugEntry, { readonly what: Name }>) => string;

const by = (source: 'this-tab' | 'another-tab'): string => (source === 'this-tab' ? 'this tab' : 'another tab');

const SENTENCES: { readonly [Name in What]: Tell<Name> } = {
  'request-waits': ({ request }) => `${request} waits for a token`,
  'refresh-of-no-use': ({ request }) => `${request} met a 401, and no refresh is tried: the last ones were of no use`,
  'tabs-asked': ({ haveAnswered, took }) =>
    haveAnswered
      ? `another tab has told what it knows, after ${took} ms`
      : `no other tab has told more within ${took} ms`,
  'turn-came': ({ waited }) => (waited ? `waited ${waited} ms for its turn` : 'had its turn at once'),
  'refresh-not-needed': () => 'another tab was faster: no refresh is sent',
  'refresh-sent': () => 'sent the refresh',
  'refresh-answered': ({ verdict, why, took }) =>
    `the refresh was answered after ${took} ms: ${verdict}${why ? `, since ${why}` : ''}`,
  'answer-dropped': () => 'dropped that answer: the session has moved on meanwhile',
  paused: ({ ms, isNamed, by: source }) =>
    `no refresh for ${ms} ms, ${isNamed ? 'as the server asks' : 'after a failure'} (known by ${by(source)})`,
  'session-changed': ({ by: source, token, ended }) =>
    ended
      ? `the session is over (${ended}), by ${by(source)}`
      : token === undefined
        ? `there is a session, but no token yet, by ${by(source)}`
        : `has token ${token} of this session, from ${by(source)}`,
  'refresh-planned': ({ in: ms }) => `looks again in ${ms} ms whether a refresh is due`,
  'page-woke-up': ({ event }) => `the page woke up: ${event}`,
  disposed: () => 'the client is disposed of',
  'signed-in': ({ subject }) => `signed in${subject ? ` as ${subject}` : ''}`,
  refreshed: ({ by: source }) => `the token was refreshed by ${by(source)}`,
  'refresh-failed': ({ error }) => `the refresh failed (${error.code}): ${error.message}`,
  replayed: ({ method, url, status }) => `replayed ${method} ${url}: ${status}`,
  'signed-out': ({ reason }) => `signed out: ${reason}`,
  'user-changed': ({ subject, previousSubject }) => `another user: ${subject ?? '?'}, before ${previousSubject ?? '?'}`,
  challenge: ({ method, url, status, error }) => `${method} ${url} met a ${status} that no refresh can meet: ${error}`,
  problem: ({ code }) => `problem: ${code}`,
};

/** What happened, in a sentence. */
export const narrate = (entry: DebugEntry): string => (SENTENCES[entry.what] as Tell<What>)(entry as never);
