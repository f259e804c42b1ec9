/** The command finds each deliberate fault of a server, and says of nothing else that it is broken. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type Checked, onRealNetwork } from './checked.ts';
import { outcomesOf } from './faulty-run.ts';
import { FAULTS, type Fault } from './faulty-server.ts';
import type { Outcomes } from './outcomes.ts';

onRealNetwork();

/** What differs from a server that keeps the contract. */
const FOUND: Readonly<Record<Fault, Outcomes>> = {
  'visitors get a page': { 'no-session': 'broken' },
  'visitors get an HTML 403': { 'no-session': 'broken' },
  'visitors get a redirect': { 'no-session': 'broken' },
  'visitors get a 404': { 'no-session': 'broken' },
  'visitors get a 500': { 'no-session': 'broken' },
  'visitors get a token': { 'no-session': 'broken' },
  'a wrong token is a 500': { 'wrong-token': 'broken' },
  'no rotation': {
    rotation: 'broken',
    // A jar doesn't know it.
    'cookie-same-site': 'unclear',
    overlap: 'unchecked',
    'at-once': 'unchecked',
    reuse: 'unchecked',
    'reuse-family': 'unchecked',
  },
  'no overlap': { overlap: 'broken', 'at-once': 'broken' },
  'the overlap gives no cookie': { overlap: 'broken' },
  'no reuse detection': { reuse: 'broken', 'reuse-family': 'unchecked' },
  'reuse ends nothing': { 'reuse-family': 'broken' },
  'no HttpOnly': { 'cookie-http-only': 'broken' },
  'no SameSite': { 'cookie-same-site': 'broken' },
  'SameSite=None': { 'cookie-same-site': 'broken' },
  'no Secure': { 'cookie-secure': 'broken' },
  'Path=/': { 'cookie-path': 'broken' },
  'another path by the refresh': { 'cookie-path': 'broken', 'sign-out-cookie': 'broken' },
  Domain: { 'cookie-domain': 'broken' },
  'no expiry': { 'cookie-expiry': 'broken' },
  'a large cookie': { 'cookie-size': 'broken' },
  'no exp': { claims: 'broken' },
  'no sub': { subject: 'unclear' },
  'another expires_in': { claims: 'broken' },
  'two hours': { lifetime: 'broken' },
  'three seconds, slowly': { lifetime: 'broken' },
  'opaque without expires_in': { lifetime: 'broken', subject: 'unclear', claims: 'unchecked' },
  DPoP: {},
  'nothing is there': {},
  cacheable: { 'no-store': 'broken' },
  'no Date': { date: 'broken', clock: 'unchecked' },
  'a wrong clock': { clock: 'unclear' },
  'no header required': { forgery: 'broken' },
  'Origin instead of the header': {},
  'no header ends the session': { forgery: 'broken', get: 'unchecked' },
  'no header deletes the cookie': { forgery: 'broken' },
  'GET rotates': { get: 'broken' },
  'GET gives a page': {},
  'CORS for all': { 'cors-preflight': 'broken', 'cors-answer': 'broken', 'cors-refusal': 'broken' },
  'CORS reflects': { 'cors-foreign': 'broken' },
  'CORS by prefix': { 'cors-foreign': 'broken' },
  'CORS not for 401': { 'cors-refusal': 'broken' },
  'CORS without the header': { 'cors-preflight': 'broken' },
  'CORS exposes nothing': { 'cors-expose': 'broken' },
  'CORS without credentials': { 'cors-preflight': 'broken', 'cors-answer': 'broken', 'cors-refusal': 'broken' },
  'sign-out answers a page': { 'sign-out': 'broken' },
  'sign-out answers 500': { 'sign-out': 'broken' },
  'sign-out deletes another path': { 'sign-out-cookie': 'broken' },
  'sign-out deletes nothing': { 'sign-out-cookie': 'broken' },
  'sign-out keeps the session': { 'sign-out-session': 'broken' },
  'the refusal quotes the token': { overlap: 'broken', 'at-once': 'broken' },
  'another cookie': {},
  'the other cookie is wanted, too': {},
  'no HttpOnly at the sign-in': { 'cookie-http-only': 'broken' },
  'no expiry at the sign-in': { 'cookie-expiry': 'broken' },
  'another successor': { overlap: 'broken' },
  'another value for one successor': {},
  'sign-out answers nothing, as HTML': {},
  'sign-out keeps the overlap': { 'sign-out-session': 'broken' },
  'a dead session is a 500': {
    'no-session': 'broken',
    'wrong-token': 'broken',
    'sign-out-session': 'broken',
    reuse: 'broken',
    'reuse-family': 'broken',
  },
};

let right: Checked;
beforeAll(async () => {
  right = await outcomesOf();
});

function differences({ outcomes }: Checked): Outcomes {
  const entries = Object.entries(outcomes) as [keyof Outcomes, Outcomes[keyof Outcomes]][];
  return Object.fromEntries(entries.filter(([id, outcome]) => right.outcomes[id] !== outcome));
}

it('a right server keeps everything that can be checked', () => {
  expect(Object.entries(right.outcomes).filter(([, outcome]) => outcome !== 'kept')).toEqual([
    ['retry-after', 'unchecked'],
  ]);
  expect(right).toMatchObject({ code: 0, waited: 30_000 });
});

describe('each fault is found, and nothing else is', () => {
  it.each(FAULTS.filter((fault) => fault !== 'DPoP' && fault !== 'nothing is there'))('%s', async (fault) => {
    const result = await outcomesOf(fault);
    expect(differences(result)).toEqual(FOUND[fault]);
    expect(Object.keys(result.outcomes)).toEqual(Object.keys(right.outcomes));
    expect(result.code).toBe(Object.values(FOUND[fault]).includes('broken') ? 1 : 0);
  });
});
