/** What the command says of each flag of the refresh token's cookie. */

import { describe, expect, it } from 'vitest';
import { checkCookie } from '../../src/check/checks/cookie.ts';
import { answerOf, cookie, ENDPOINT, firstRefresh, onStage, renewal } from './on-stage.ts';

const SAME_SITE = 'https://app.example.com';
const OTHER_SITE = 'https://app.example.org';
const RIGHT = 'session=new; Path=/auth; HttpOnly; Secure; SameSite=Strict; Max-Age=600';

interface Case {
  readonly origin?: string;
  readonly url?: string;
  readonly signedIn?: string;
}

/** @param set `undefined`: the refresh sets none */
async function found(set: string | undefined, { origin = SAME_SITE, url = ENDPOINT, signedIn = RIGHT }: Case = {}) {
  const { stage, findings } = onStage(['--origin', origin], undefined, { url });
  const answer = await answerOf(renewal(set === undefined ? [] : [set]), { url: new URL(url) });
  checkCookie(stage, firstRefresh(answer, cookie(signedIn, url)));
  return findings;
}

it('a cookie with all flags is kept', async () => {
  const findings = Object.values(await found(RIGHT));
  expect(findings).toHaveLength(7);
  expect(findings.map(({ outcome }) => outcome)).toEqual(findings.map(() => 'kept'));
});

it('nothing is said where there is no cookie at all', async () => {
  const { stage, findings } = onStage();
  checkCookie(stage, firstRefresh(await answerOf(renewal())));
  expect(findings).toEqual({});
});

describe('Secure', () => {
  const LOCAL = 'http://localhost:3000/auth/refresh';

  it.each([
    ['session=a; Path=/auth', 'left out on http, as Safari needs it on localhost; set it in production'],
    ['session=a; Path=/auth; Secure', 'Safari takes no Secure cookie from http://localhost'],
  ])('on http://localhost is kept, with a remark: %s', async (set, note) => {
    const findings = await found(set, { url: LOCAL, signedIn: set });
    expect(findings['cookie-secure']).toEqual({ outcome: 'kept', note });
  });

  it('on https it is wanted', async () => {
    const none = 'session=a; Path=/auth';
    expect((await found(none, { signedIn: none }))['cookie-secure']).toMatchObject({
      outcome: 'broken',
      note: 'it has no Secure: plain http would carry it, too',
    });
  });
});

describe('of the sign-in and of the refresh', () => {
  const WITHOUT = 'session=a; Path=/auth; Secure; SameSite=Strict; Max-Age=600';
  const LOST = 'has no HttpOnly: any script in the page can take it away';

  it.each([
    ['the refresh alone', WITHOUT, RIGHT, `the refresh's ${LOST}`],
    ['the sign-in alone', RIGHT, WITHOUT, `the sign-in's ${LOST}`],
    ['both', WITHOUT, WITHOUT, `it ${LOST}`],
    ['the sign-in, where no refresh sets it', undefined, WITHOUT, `it ${LOST}`],
  ])('it is said whose lacks a flag: %s', async (_what, set, signedIn, note) => {
    expect((await found(set, { signedIn }))['cookie-http-only']).toMatchObject({ outcome: 'broken', note });
  });
});

describe('SameSite', () => {
  const ELSEWHERE = `the pages of ${OTHER_SITE} are another site's: the cookie doesn't go along from there`;

  it.each<[string, string, 'kept' | 'broken', string]>([
    ['SameSite=Lax; Secure', SAME_SITE, 'kept', 'Lax'],
    ['SameSite=strict; Secure', SAME_SITE, 'kept', 'Strict'],
    ['SameSite=Lax; Secure', OTHER_SITE, 'broken', ELSEWHERE],
    ['SameSite=Strict; Secure', OTHER_SITE, 'broken', ELSEWHERE],
    ['SameSite=None; Secure', OTHER_SITE, 'kept', 'SameSite=None, since the pages are on another site'],
    ['SameSite=None; Secure', SAME_SITE, 'broken', 'it is None: any site can send requests with the cookie'],
    ['SameSite=None', OTHER_SITE, 'broken', 'SameSite=None counts with Secure only: browsers drop the cookie'],
    ['SameSite=None', SAME_SITE, 'broken', 'SameSite=None counts with Secure only: browsers drop the cookie'],
    ['SameSite=Always; Secure', SAME_SITE, 'broken', 'its SameSite is none of Strict, Lax, None'],
    ['Secure', SAME_SITE, 'broken', 'it has no SameSite, which each browser reads in its own way'],
  ])('%s for pages of %s is %s', async (flags, origin, outcome, note) => {
    const findings = await found(`session=a; Path=/auth; ${flags}`, { origin });
    expect(findings['cookie-same-site']).toMatchObject({ outcome, note });
  });

  it('for pages of another site the advice is one site for both', async () => {
    const findings = await found(RIGHT, { origin: OTHER_SITE });
    expect(findings['cookie-same-site']?.todo).toMatch(/^Serve both from one site/);
  });

  it('without --origin the pages are on the site of the endpoint', async () => {
    const { stage, findings } = onStage();
    checkCookie(stage, firstRefresh(await answerOf(renewal([RIGHT])), cookie(RIGHT)));
    expect(findings['cookie-same-site']).toMatchObject({ outcome: 'kept', note: 'Strict' });
  });

  it("of a jar's cookie alone can't be told", async () => {
    expect((await found(undefined))['cookie-same-site']).toMatchObject({ outcome: 'unclear' });
  });
});

describe('the path', () => {
  const PREFIX = 'its name begins with __Host-, and browsers then want Secure, Path=/ and no Domain';

  it.each<[string, 'kept' | 'broken', string]>([
    ['__Host-rt=a; Path=/; Secure', 'kept', 'Path=/'],
    ['__Host-rt=a; Path=/', 'broken', PREFIX],
    ['__Host-rt=a; Path=/auth; Secure', 'broken', PREFIX],
    ['__Host-rt=a; Path=/; Secure; Domain=id.example.com', 'broken', PREFIX],
    ['session=a; Path=/auth', 'kept', 'Path=/auth'],
    ['session=a; Path=/', 'broken', 'with Path=/ each request to the host carries it'],
    ['rt__Host-=a; Path=/; Secure', 'broken', 'with Path=/ each request to the host carries it'],
  ])('of %s is %s', async (set, outcome, note) => {
    expect((await found(set, { signedIn: set }))['cookie-path']).toMatchObject({ outcome, note });
  });

  it('that differs from that of the sign-in is broken', async () => {
    const findings = await found('session=a; Path=/auth/refresh', { signedIn: RIGHT });
    expect(findings['cookie-path']).toMatchObject({
      outcome: 'broken',
      note: 'it has Path=/auth on id.example.com by the sign-in and Path=/auth/refresh on id.example.com by the refresh, so browsers keep both, and one is spent',
      todo: 'Set both with the same Path and Domain.',
    });
  });

  it("may be one with Partitioned, which the sign-in's jar doesn't say", async () => {
    expect((await found(`${RIGHT}; Partitioned`))['cookie-path']).toMatchObject({ outcome: 'kept' });
  });

  it('is that of the sign-in where no refresh sets the cookie', async () => {
    expect((await found(undefined))['cookie-path']).toMatchObject({ outcome: 'kept', note: 'Path=/auth' });
  });
});

describe('the size', () => {
  const ofBytes = (size: number) => `session=${'a'.repeat(size - 'session'.length)}; Path=/auth`;

  it.each([
    [4_095, 'kept', '4095 bytes'],
    [4_096, 'broken', "the refresh's has 4096 bytes"],
  ])('of %i bytes is %s', async (size, outcome, note) => {
    expect((await found(ofBytes(size)))['cookie-size']).toMatchObject({ outcome, note });
  });
});

it.each([
  ['cookie-domain', 'session=a; Path=/auth; Domain=example.com', 'it goes to each subdomain of example.com, too'],
  ['cookie-expiry', 'session=a; Path=/auth', 'it has neither Max-Age nor Expires'],
] as const)('what is said of %s', async (id, set, note) => {
  expect((await found(set, { signedIn: set }))[id]).toMatchObject({ outcome: 'broken', note });
});
