/** The command finds each deliberate fault of a server, and says of nothing else that it is broken. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type Checked, checked, onRealNetwork, signInBy } from './checked.ts';
import { FAULTS, type Fault, type FaultyServer, ORIGIN, startFaultyServer } from './faulty-server.ts';
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

const KEY = 'key-in-the-query';

async function checkServer(server: FaultyServer, more: readonly string[] = ['--origin', ORIGIN]): Promise<Checked> {
  const args = [`${server.url}/auth/refresh?key=${KEY}`, '--sign-out', `${server.url}/auth/logout?key=${KEY}`];
  return checked(
    ['check', ...args, '--sign-in', 'sign in', ...more],
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
  it.each(FAULTS.filter((fault) => fault !== 'DPoP' && fault !== 'nothing is there'))('%s', async (fault) => {
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

describe('with other cookies beside the refresh token', () => {
  it.each(['another cookie', 'the other cookie is wanted, too'] as const)(
    'it is found, and named: %s',
    async (fault) => {
      const { output } = await outcomesOf(fault);
      expect(output).toContain(
        '✓ kept         the refresh token of the sign-in goes to the token endpoint (the cookie session)',
      );
    },
  );

  it('its own flags count, and not those of the others', async () => {
    const { outcomes } = await outcomesOf('another cookie', 'no HttpOnly');
    expect(outcomes['cookie-http-only']).toBe('broken');
  });

  it('which one it is can be said', async () => {
    await withServer(['another cookie'], async (server) => {
      const { outcomes, output } = await checkServer(server, ['--cookie', 'sid']);
      expect(output).toContain('(the cookie sid)');
      expect(outcomes).toMatchObject({ 'sign-in': 'kept', rotation: 'broken' });
    });
  });

  it('which one it is must be said where that shows in nothing', async () => {
    await withServer(['the other cookie is wanted, too', 'no rotation'], async (server) => {
      const { output, code } = await checkServer(server);
      expect(output).toContain(
        "it can't be told which cookie holds the refresh token: session, sid. Give --cookie NAME.",
      );
      expect(code).toBe(2);
    });
  });
});

describe('CORS without --origin', () => {
  it.each([[[]], [['--origin', 'https://127.0.0.1']]])('that any origin may call is found: %j', async (more) => {
    await withServer(['CORS reflects'], async (server) => {
      const own = more.map((each) => each.replace('https://127.0.0.1', server.url));
      const { outcomes, output, code } = await checkServer(server, own);
      expect(outcomes).toMatchObject({ cors: 'unchecked', 'cors-foreign': 'broken' });
      expect(output).toContain('Origin: https://attacker.example is allowed: its pages can take tokens.');
      expect(code).toBe(1);
    });
  });
});

describe('what it says of a cause', () => {
  it('is said once: the findings after it say so in a line', async () => {
    const { output } = await outcomesOf('a dead session is a 500');
    expect(output.match(/Answer 401 with JSON to whoever has no session/g)).toHaveLength(1);
    expect(output).toContain(
      '✗ broken       an unknown refresh token gets a 401 (as above: it answered 500, application/json)',
    );
  });

  it('of CORS for all, that the origin must be exact', async () => {
    const { output } = await outcomesOf('CORS for all');
    expect(output).toContain(
      "Send the page's exact origin instead of *, and Access-Control-Allow-Credentials: true, with each answer.",
    );
  });

  it('of two successors, why they are no good', async () => {
    const { output } = await outcomesOf('another successor');
    expect(output).toContain('It gave another refresh token, and both of them are good: two sessions come from one.');
  });

  it('of an address where nothing is, at once', async () => {
    await withServer(['nothing is there'], async (server) => {
      const { output, outcomes } = await checkServer(server, []);
      expect(output).toMatch(
        /^✗ broken {7}without a refresh token[^\n]*\n +It answered 404[^\n]*\n +Nothing seems to be there/m,
      );
      expect(outcomes).toMatchObject({ 'sign-in': 'unchecked', token: 'broken' });
    });
  });
});
