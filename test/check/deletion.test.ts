/** Whether an answer deletes a cookie: browsers ask for the same name, Path, Domain and Partitioned. */

import { expect, it } from 'vitest';
import { deletion } from '../../src/check/checks/deletion.ts';
import { answerOf, cookie } from './on-stage.ts';

const COST = 'it comes again';
const KEPT = cookie('session=a; Path=/auth');
const HOST = KEPT.domain;
const THIS = `and this one has Path=/auth on ${HOST}`;
const LATER = 'Expires=Fri, 02 Jan 2026 00:00:00 GMT';

async function found(...setCookies: string[]) {
  const response = new Response(null, { status: 204 });
  for (const each of setCookies) response.headers.append('Set-Cookie', each);
  return deletion(KEPT, await answerOf(response), COST);
}

it.each([
  ['by Max-Age', ['session=; Path=/auth; Max-Age=0']],
  ['by Expires', ['session=; Path=/auth; Expires=Thu, 01 Jan 1970 00:00:00 GMT']],
  ['beside another cookie', ['sid=b; Path=/', 'session=; Path=/auth; Max-Age=0']],
  ['once of each path that it may have', ['session=; Path=/; Max-Age=0', 'session=; Path=/auth; Max-Age=0']],
  [
    'once with Partitioned and once without',
    ['session=; Path=/auth; Max-Age=0; Partitioned', 'session=; Path=/auth; Max-Age=0'],
  ],
])('it is deleted %s', async (_how, setCookies) => {
  expect(await found(...setCookies)).toMatchObject({ outcome: 'kept' });
});

it.each([
  ['nothing', [], `the answer doesn't delete it, so ${COST}`],
  ['another cookie alone', ['sid=; Path=/auth; Max-Age=0'], `the answer doesn't delete it, so ${COST}`],
  ['a value that is empty', ['session=; Path=/auth'], 'the answer sets it, and not with an expiry in the past'],
  ['an expiry to come', [`session=; Path=/auth; ${LATER}`], 'the answer sets it, and not with an expiry in the past'],
  ['another Path', ['session=; Path=/; Max-Age=0'], `it deletes the one with Path=/ on ${HOST}, ${THIS}`],
  [
    'another Path, and the right one without an expiry',
    ['session=; Path=/auth', 'session=; Path=/; Max-Age=0'],
    `it deletes the one with Path=/ on ${HOST}, ${THIS}`,
  ],
  [
    'another Domain',
    ['session=; Path=/auth; Domain=example.com; Max-Age=0'],
    `it deletes the one with Path=/auth; Domain=example.com, ${THIS}`,
  ],
  [
    'another Path at one time, and another Domain at the other',
    ['session=; Path=/; Max-Age=0', 'session=; Path=/auth; Domain=example.com; Max-Age=0'],
    `it deletes the one with Path=/ on ${HOST} and the one with Path=/auth; Domain=example.com, ${THIS}`,
  ],
  [
    'the Domain of its own host, where it was set without one',
    [`session=; Path=/auth; Domain=${HOST}; Max-Age=0`],
    `it deletes the one with Path=/auth; Domain=${HOST}, ${THIS}`,
  ],
  [
    'Partitioned',
    ['session=; Path=/auth; Max-Age=0; Partitioned'],
    `it deletes the one with Path=/auth on ${HOST}; Partitioned, ${THIS}`,
  ],
])('it stays by %s', async (_what, setCookies, note) => {
  expect(await found(...setCookies)).toEqual({ outcome: 'broken', note, todo: undefined });
});
