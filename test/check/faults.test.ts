/** The command finds each deliberate fault of a server, and says of nothing else that it is broken. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type Checked, checked, type Outcomes, onRealNetwork, signInBy } from './checked.ts';
import { FAULTS, type Fault, type FaultyServer, ORIGIN, startFaultyServer } from './faulty-server.ts';

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
};

const KEY = 'key-in-the-query';

async function checkServer(server: FaultyServer, more: readonly string[] = []): Promise<Checked> {
  const args = [`${server.url}/auth/refresh?key=${KEY}`, '--sign-out', `${server.url}/auth/logout?key=${KEY}`];
  return checked(
    ['check', ...args, '--sign-in', 'sign in', '--origin', ORIGIN, ...more],
    {
      run: signInBy(server.signIn),
      wait: async (ms) => server.passTime(ms),
      now: server.now,
      fetch(input, init) {
        server.passTime(server.latency);
        return fetch(String(input).replace('https:', 'http:'), init);
      },
    },
    [...server.issued, KEY],
  );
}

async function withServer<T>(faults: readonly Fault[], use: (server: FaultyServer) => Promise<T>): Promise<T> {
  const server = await startFaultyServer(...faults);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

async function outcomesOf(...faults: Fault[]): Promise<Checked> {
  return withServer(faults, async (server) => {
    const result = await checkServer(server);
    // Known only now.
    for (const secret of server.issued) expect(result.output).not.toContain(secret);
    return result;
  });
}

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
  it.each(FAULTS.filter((fault) => fault !== 'DPoP'))('%s', async (fault) => {
    const result = await outcomesOf(fault);
    expect(differences(result)).toEqual(FOUND[fault]);
    expect(result.code).toBe(Object.values(FOUND[fault]).includes('broken') ? 1 : 0);
  });
});

it('a finding that is broken says why, what to do, and where the contract says so', async () => {
  const { output } = await outcomesOf('no header required');
  expect(output).toContain(
    [
      '✗ broken       a request that a form of another site can send is refused',
      '                 Without X-Requested-With it gave a token.',
      "                 Require the header X-Requested-With: a form of another site can't send it.",
      '                 docs/server.md#csrf',
    ].join('\n'),
  );
});

it('what the client would refuse is said in its words, and the rest is not checked', async () => {
  const { output, outcomes, code } = await outcomesOf('DPoP');
  expect(output).toContain("By its token_type it uses DPoP (RFC 9449), which isn't supported yet");
  expect(outcomes).toMatchObject({
    token: 'broken',
    rotation: 'unchecked',
    overlap: 'unchecked',
    'no-session': 'kept',
  });
  expect(code).toBe(1);
});

it('a server may look at Origin instead of the header', async () => {
  const { output } = await outcomesOf('Origin instead of the header');
  expect(output).toContain('(by its Origin: it needs no X-Requested-With)');
});

it('what a server quotes is left out, and so is where it redirects', async () => {
  const { output } = await outcomesOf('visitors get a redirect', 'the refusal quotes the token');
  expect(output).toContain('It was redirected');
  expect(output).toContain('it answered 401, text/…, invalid_grant.');
});
