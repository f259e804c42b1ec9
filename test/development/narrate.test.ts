/** What the option `debug` tells, sentence by sentence: `sentences.txt` is read as a page. */

import type { DebugEntry } from 'silent-refresh';
import { expect, it } from 'vitest';
import { narrate } from '../../src/development/narrate.ts';
import { RefreshUnavailableError } from '../../src/errors.ts';

type What = DebugEntry['what'];
type Details<Name extends What> = Omit<Extract<DebugEntry, { readonly what: Name }>, 'at' | 'what' | 'message'>;

const url = 'https://api.test/orders';
const request = `GET ${url}`;

/** Each entry in each way that it is told. */
const ENTRIES: { readonly [Name in What]: readonly Details<Name>[] } = {
  'request-waits': [{ request }],
  'refresh-of-no-use': [{ request }],
  'tabs-asked': [
    { haveAnswered: true, took: 3 },
    { haveAnswered: false, took: 25 },
  ],
  'turn-came': [{ waited: 0 }, { waited: 1 }],
  'refresh-not-needed': [{}],
  'refresh-sent': [{}],
  'refresh-answered': [
    { verdict: 'renewed', why: undefined, took: 80 },
    { verdict: 'rejected', why: 'it answered 401', took: 80 },
  ],
  'answer-dropped': [{}],
  paused: [
    { ms: 20_000, isNamed: true, by: 'this-tab' },
    { ms: 1_000, isNamed: false, by: 'another-tab' },
  ],
  'session-changed': [
    { by: 'this-tab', token: 1, ended: undefined },
    { by: 'another-tab', token: undefined, ended: undefined },
    { by: 'another-tab', token: undefined, ended: 'expired' },
  ],
  'refresh-planned': [{ in: 49_000 }],
  'page-woke-up': [{ event: 'visibilitychange' }],
  disposed: [{}],
  'signed-in': [{ subject: 'ada' }, { subject: undefined }],
  refreshed: [{ by: 'this-tab' }],
  'refresh-failed': [{ error: new RefreshUnavailableError('It answered 503.', 1_000) }],
  replayed: [{ method: 'GET', url, status: 200 }],
  'signed-out': [{ reason: 'signed-out' }],
  'user-changed': [
    { subject: 'bob', previousSubject: 'ada' },
    { subject: undefined, previousSubject: undefined },
  ],
  challenge: [
    {
      method: 'GET',
      url,
      status: 403,
      error: 'insufficient_scope',
      scope: 'a',
      acrValues: undefined,
      maxAge: undefined,
    },
  ],
  problem: [{ code: 'no-web-locks' }],
};

it('says each decision and each event in a sentence', async () => {
  const told = Object.entries(ENTRIES).flatMap(([what, details]) =>
    details.map((each) => `${what}: ${narrate({ at: 0, what, ...each } as DebugEntry)}`),
  );
  await expect(`${told.join('\n')}\n`).toMatchFileSnapshot('sentences.txt');
});
