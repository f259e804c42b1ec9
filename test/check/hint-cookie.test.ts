/** `--hint-cookie`: each fault of the hint cookie is found, and of nothing else it is said that it is broken. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type Checked, checked, onRealNetwork, signInBy } from './checked.ts';
import { HINT, HINT_FAULTS, type HintFault } from './faulty-hint.ts';
import { checkServer, outcomesOf, outcomesWith, withServer } from './faulty-run.ts';
import { type AnyFault, ORIGIN } from './faulty-server.ts';
import { not, type Outcomes } from './outcomes.ts';

onRealNetwork();

const WITH_HINT = ['--hint-cookie', HINT];
const hinted = (...faults: AnyFault[]) => outcomesWith(WITH_HINT, 'a hint', ...faults);

/** What differs from a server whose hint cookie is right, and a word of the reason. */
const FOUND: Readonly<Record<HintFault, readonly [Outcomes, string]>> = {
  'no hint': [
    {
      'hint-set': 'broken',
      'hint-readable': 'unchecked',
      'hint-reach': 'unchecked',
      'hint-secure': 'unchecked',
      'hint-same-site': 'unchecked',
      'hint-expiry': 'unchecked',
      'hint-value': 'unchecked',
      'hint-secret': 'unchecked',
      'hint-session': 'unchecked',
      'hint-sign-out': 'unchecked',
      'hint-refusal': 'unchecked',
    },
    'Neither the sign-in nor a refresh sets it',
  ],
  'no hint at the sign-in': [
    { 'hint-set': 'broken', 'hint-value': 'unchecked', 'hint-session': 'unchecked' },
    "The sign-in doesn't set it",
  ],
  'no hint by the refresh': [
    { 'hint-set': 'broken', 'hint-same-site': 'unclear', 'hint-value': 'unchecked' },
    'A refresh sets the refresh token without it',
  ],
  'the hint is deleted by the refresh': [
    {
      'hint-set': 'broken',
      'hint-same-site': 'unclear',
      'hint-value': 'unchecked',
      'hint-sign-out': 'unchecked',
      'hint-refusal': 'unchecked',
    },
    'A refresh sets the refresh token without it',
  ],
  'the hint comes first': [{ 'hint-set': 'broken' }, 'A refresh sets it before the refresh token'],
  'a hidden hint': [{ 'hint-readable': 'broken' }, 'It is HttpOnly'],
  'a hidden hint at the sign-in': [{ 'hint-readable': 'broken' }, "The sign-in's is HttpOnly"],
  'a hint for /auth': [{ 'hint-reach': 'broken' }, 'It has Path=/auth'],
  'a hint for /auth by the refresh': [
    // Two cookies: the sign-in's is never deleted.
    { 'hint-reach': 'broken', 'hint-sign-out': 'broken', 'hint-refusal': 'broken' },
    "The refresh's has Path=/auth",
  ],
  'a hint with a Domain by the refresh': [
    // The cookie with a Domain stays where one without it is deleted.
    { 'hint-reach': 'broken', 'hint-sign-out': 'broken', 'hint-refusal': 'broken' },
    'browsers keep both',
  ],
  'a hint without Secure': [{ 'hint-secure': 'broken' }, 'It has no Secure'],
  'a hint without SameSite': [{ 'hint-same-site': 'broken' }, 'It has no SameSite'],
  'a hint with SameSite=Strict': [{ 'hint-same-site': 'unclear' }, 'It is Strict'],
  'a hint with SameSite=None': [{ 'hint-same-site': 'broken' }, "It is None, and the refresh token's isn't"],
  'a partitioned hint': [{ 'hint-same-site': 'broken' }, "It is None, and the refresh token's isn't"],
  'a hint with an unknown SameSite': [{ 'hint-same-site': 'broken' }, 'Its SameSite is none of'],
  'a hint for the browser’s life': [{ 'hint-expiry': 'broken' }, 'It ends with the browser'],
  'a hint for the browser’s life at the sign-in': [{ 'hint-expiry': 'broken' }, "The sign-in's ends with the browser"],
  'a hint for a minute': [{ 'hint-expiry': 'broken' }, /It expires 25919\d\d s before the refresh token/.source],
  'the same hint again': [{ 'hint-value': 'broken' }, 'It stays the same'],
  'a hint without a dot': [{ 'hint-value': 'unclear' }, 'The part before the first dot changes, too'],
  'one hint for all sessions': [{ 'hint-session': 'broken' }, 'Two sign-ins have the same text'],
  'the refresh token as a hint': [{ 'hint-value': 'unclear', 'hint-secret': 'broken' }, 'It holds a token'],
  'the spent token as a hint': [{ 'hint-secret': 'broken' }, 'It holds a token'],
  'a part of the refresh token as a hint': [{ 'hint-value': 'broken', 'hint-secret': 'broken' }, 'or a part of one'],
  'the access token as a hint': [{ 'hint-secret': 'broken' }, 'It holds a JWT'],
  'a JWT as a hint': [{ 'hint-secret': 'broken', 'hint-session': 'broken' }, 'It holds a JWT'],
  'the sign-out keeps the hint': [{ 'hint-sign-out': 'broken' }, "The answer doesn't delete it"],
  'the sign-out deletes another hint': [
    { 'hint-sign-out': 'broken', 'hint-refusal': 'broken' },
    'It deletes the one with Path=/auth on 127.0.0.1, and this one has Path=/ on 127.0.0.1',
  ],
  'a refusal keeps the hint': [{ 'hint-refusal': 'broken' }, "The answer doesn't delete it"],
  'a refusal of an unknown token keeps the hint': [{ 'hint-refusal': 'broken' }, "The answer doesn't delete it"],
  'a refusal after the sign-out keeps the hint': [{ 'hint-refusal': 'broken' }, "The answer doesn't delete it"],
};

let right: Checked;
beforeAll(async () => {
  right = await hinted();
});

function differences({ outcomes }: Checked): Outcomes {
  const entries = Object.entries(outcomes) as [keyof Outcomes, Outcomes[keyof Outcomes]][];
  return Object.fromEntries(entries.filter(([id, outcome]) => right.outcomes[id] !== outcome));
}

it('a right one keeps everything that can be checked', () => {
  expect(not('kept', right.outcomes)).toEqual({ 'retry-after': 'unchecked' });
  expect(Object.keys(right.outcomes).filter((id) => id.startsWith('hint-'))).toHaveLength(11);
  expect(right.code).toBe(0);
});

it.each(HINT_FAULTS)('%s', async (fault) => {
  const result = await hinted(fault);
  const [found, why] = FOUND[fault];
  expect(differences(result)).toEqual(found);
  expect(result.output).toMatch(new RegExp(why));
  expect(result.output).toContain('docs/server.md#a-hint-cookie');
  expect(result.code).toBe(Object.values(found).includes('broken') ? 1 : 0);
});

describe('what it is compared with', () => {
  it('pages on another host: a cookie of the server’s host alone is out of their reach', async () => {
    await withServer(['a hint'], async (server) => {
      const { outcomes, output } = await checkServer(server, [...WITH_HINT, '--origin', 'https://app.example.com']);
      expect(outcomes['hint-reach']).toBe('broken');
      expect(output).toContain('It goes to 127.0.0.1, and the pages are on app.example.com');
      expect(output).toContain('Set the Domain that both hosts have in common.');
    });
  });

  it('a refresh token for frames of other sites: the hint has to be there with it', async () => {
    const { outcomes, output } = await hinted('SameSite=None');
    expect(outcomes['hint-same-site']).toBe('broken');
    expect(output).toContain('for frames of other sites');
    expect((await hinted('SameSite=None', 'a hint with SameSite=None')).outcomes['hint-same-site']).toBe('kept');
    expect((await hinted('SameSite=None', 'a partitioned hint')).output).toContain('for frames of other sites');
  });

  it('SameSite=None without Secure is dropped by browsers', async () => {
    const { output } = await hinted('a hint with SameSite=None', 'a hint without Secure');
    expect(output).toContain('SameSite=None counts with Secure only');
  });

  it('an opaque access token is a token, too', async () => {
    const { output } = await hinted('opaque without expires_in', 'the access token as a hint');
    expect(output).toContain('It holds a token, or a part of one');
  });

  it('a refresh token that ends with the browser: so may the hint', async () => {
    const { outcomes } = await hinted('no expiry', 'a hint for the browser’s life');
    expect(outcomes).toMatchObject({ 'cookie-expiry': 'broken', 'hint-expiry': 'kept' });
  });

  it('a refresh token that is never rotated: nor need the hint be', async () => {
    const { outcomes } = await hinted('no rotation');
    expect(outcomes).toMatchObject({ 'hint-set': 'kept', 'hint-value': 'unchecked', 'hint-same-site': 'unclear' });
  });

  it('a dead session that is a 500: nothing was refused', async () => {
    const { outcomes } = await hinted('a dead session is a 500');
    expect(outcomes).toMatchObject({ 'hint-sign-out': 'kept', 'hint-refusal': 'unchecked' });
  });
});

describe('where less can be checked', () => {
  it.each([
    ['a hint', 'kept'],
    ['a refusal keeps the hint', 'broken'],
  ] as const)('without --sign-out the refusal of an unknown token counts: %s', async (fault, outcome) => {
    await withServer([fault], async (server) => {
      const args = ['check', `${server.url}/auth/refresh`, '--sign-in', 'x', ...WITH_HINT];
      const { outcomes } = await checked(args, {
        run: signInBy(server.signIn),
        wait: async (ms) => server.passTime(ms),
        fetch: (input, init) => fetch(String(input).replace('https:', 'http:'), init),
      });
      expect(outcomes['hint-refusal']).toBe(outcome);
      expect(outcomes['hint-sign-out']).toBeUndefined();
    });
  });

  it('without the option nothing is said of it, and it is never taken for the refresh token', async () => {
    const { outcomes, output } = await outcomesOf('a hint');
    expect(Object.keys(outcomes).filter((id) => id.startsWith('hint-'))).toEqual([]);
    expect(output).toContain('(the cookie session)');
    expect(output).not.toContain('hint');
  });

  it('a sign-in that sets the hint alone begins no session', async () => {
    await withServer(['a hint'], async (server) => {
      const jar = () =>
        server
          .signIn()
          .split('\n')
          .filter((line) => line.includes(HINT))
          .join('\n');
      const { outcomes, output } = await checked(
        ['check', `${server.url}/auth/refresh`, '--sign-in', 'x', '--origin', ORIGIN, ...WITH_HINT],
        { run: signInBy(jar), fetch: (input, init) => fetch(String(input).replace('https:', 'http:'), init) },
      );
      expect(outcomes).toMatchObject({ 'sign-in': 'broken', token: 'unchecked', 'hint-set': 'unchecked' });
      expect(output).toContain('Of its cookies none goes there: there is none.');
    });
  });
});
