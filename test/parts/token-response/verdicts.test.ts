/** What each answer means, in the words that errors give: the rule itself, without a client around it. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { judge, type TokenResponse } from '../../../src/refresh/token-response.ts';
import { now } from '../../../src/wait.ts';
import { jwt } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';

beforeEach(() => stopClocks());

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });
const text = (status: number, body: string, type?: string) =>
  new Response(body, { status, headers: type ? { 'Content-Type': type } : {} });
const html = (status: number, body = '<!doctype html>') => text(status, body, 'text/html');
const answered = (status: number, rest = '') => `it answered ${status}, application/json${rest}`;
const aboutLimit = (status: number) => answered(status, ', and speaks of a limit or a firewall, not of the session');

/** Without what isn't said. */
const found = async (answer: TokenResponse, ...more: unknown[]) =>
  JSON.parse(JSON.stringify(await judge(answer, ...(more as []))));

type Case = [what: string, answer: () => TokenResponse, expected: object];

describe('the session is over', () => {
  const over = (why: string) => ({ verdict: 'rejected', why });
  it.each<Case>([
    ...[400, 401, 403, 410, 422].map(
      (status): Case => [`a ${status} that says nothing else`, () => json(status, {}), over(answered(status))],
    ),
    ['OAuth’s own word', () => json(400, { error: 'invalid_grant' }), over(answered(400, ', invalid_grant'))],
    [
      'the word, whatever the status',
      () => json(500, { error: 'invalid_grant' }),
      over(answered(500, ', invalid_grant')),
    ],
    ['GitHub’s word', () => json(400, { error: 'bad_refresh_token' }), over(answered(400, ', bad_refresh_token'))],
    ...['error_description', 'message', 'hint'].map(
      (field): Case => [
        `a request without a refresh token, by ${field}`,
        () => json(400, { error: 'invalid_request', [field]: 'The refreshToken is missing.' }),
        over(answered(400, ', invalid_request')),
      ],
    ),
    [
      'a request without a session',
      () => json(400, { error: 'invalid_request', message: 'no SESSION' }),
      over(answered(400, ', invalid_request')),
    ],
    [
      'a 401 that speaks of a limit and of the session',
      () => json(401, { message: 'Session ended: your IP has changed' }),
      over(answered(401)),
    ],
    [
      'an exception of tymon/jwt-auth',
      () => text(500, 'Token has expired and can no longer be refreshed', 'text/plain'),
      over('it answered 500, text/plain, and says that the token is gone'),
    ],
    [
      'the same of one that was blacklisted',
      () => json(500, { message: 'The token has been blacklisted' }),
      over(answered(500, ', and says that the token is gone')),
    ],
    [
      'a long text whose words are somebody else’s',
      () => json(403, { trace: `csrf ${'x'.repeat(1_000)}` }),
      over(answered(403)),
    ],
    ...['Session ended', 'refreshtoken', 'you must sign in', 'be logged in'].map(
      (said): Case => [
        `a 401 that speaks of a quota and says: ${said}`,
        () => json(401, { message: `quota: ${said}` }),
        over(answered(401)),
      ],
    ),
    ['words of two values', () => json(403, { first: 'rate', second: 'limit' }), over(answered(403))],
    ['keys that are no words', () => json(403, { origin: 'auth-service' }), over(answered(403))],
    ['a word that is no text', () => json(401, { error: 5 }), over(answered(401))],
    ['an error that is only named like a method', () => json(401, { error: 'toString' }), over(answered(401))],
  ])('%s', async (_, answer, expected) => {
    expect(await found(answer())).toEqual(expected);
  });
});

describe('an answer of no use', () => {
  it.each<Case>([
    ['a 500', () => json(500, {}), { verdict: 'unreachable', why: answered(500) }],
    [
      'a text that names the end far behind',
      () => text(500, `${' '.repeat(500)}token has been blacklisted`),
      {
        verdict: 'unreachable',
        why: 'it answered 500, text/plain;charset=UTF-8',
      },
    ],
    [
      'a pause',
      () => json(500, {}, { 'Retry-After': '7' }),
      { verdict: 'unreachable', why: answered(500), retryAfter: 7_000 },
    ],
    ...['temporarily_unavailable', 'server_error', 'slow_down'].map(
      (word): Case => [
        word,
        () => json(400, { error: word }, { 'Retry-After': '7' }),
        { verdict: 'unreachable', why: answered(400, `, ${word}`), retryAfter: 7_000 },
      ],
    ),
    ...[429, 503].map(
      (status): Case => [
        `a ${status}`,
        () => json(status, {}, { 'Retry-After': '7' }),
        { verdict: 'not-processed', why: answered(status), retryAfter: 7_000 },
      ],
    ),
    [
      'a busy server’s page',
      () => new Response('<p>', { status: 503, headers: { 'Retry-After': '7', 'Content-Type': 'text/html' } }),
      { verdict: 'not-processed', why: 'it answered 503, text/html', retryAfter: 7_000 },
    ],
    [
      'any other page, whose pause may be somebody else’s',
      () => new Response('<p>', { status: 500, headers: { 'Retry-After': '7', 'Content-Type': 'text/html' } }),
      { verdict: 'unreachable', why: 'it answered 500, text/html' },
    ],
    ...[400, 403].map(
      (status): Case => [
        `a ${status} that says when to come again`,
        () => json(status, {}, { 'Retry-After': '7' }),
        { verdict: 'unreachable', why: answered(status, ', and says when to come again'), retryAfter: 7_000 },
      ],
    ),
    ...[404, 405, 415, 501].map(
      (status): Case => [
        `a ${status}`,
        () => json(status, {}),
        { verdict: 'unreachable', why: answered(status), problem: { code: 'endpoint-missing', status } },
      ],
    ),
    ...[400, 401, 403, 410, 422].map(
      (status): Case => [
        `a page with a ${status}`,
        () => html(status),
        {
          verdict: 'unreachable',
          why: `it answered ${status}, text/html`,
          problem: { code: 'endpoint-answers-html', status },
        },
      ],
    ),
    ['a page of a sick server', () => html(502), { verdict: 'unreachable', why: 'it answered 502, text/html' }],
    [
      'a page without its type, after some lines',
      () => text(200, '\n <html>', 'application/json'),
      { verdict: 'unreachable', why: answered(200), problem: { code: 'endpoint-answers-html', status: 200 } },
    ],
    [
      'an empty answer that is called HTML',
      () => html(200, ''),
      {
        verdict: 'unreachable',
        why: 'it answered 200, text/html, which is not JSON',
        problem: { code: 'endpoint-answers-no-json', contentType: 'text/html' },
      },
    ],
    [
      'an answer that says no type',
      () => new Response(null, { status: 200 }),
      {
        verdict: 'unreachable',
        why: 'it answered 200, no content type, which is not JSON',
        problem: { code: 'endpoint-answers-no-json', contentType: '' },
      },
    ],
    ...[300, 302, 399].map(
      (status): Case => [
        `a redirect with a ${status}`,
        () => Object.defineProperty(json(200, {}), 'status', { value: status }),
        {
          verdict: 'unreachable',
          why: 'it was redirected, and nothing follows: name the address that answers (options refresh, signOut)',
          problem: { code: 'endpoint-redirects' },
        },
      ],
    ),
    [
      'a redirect that isn’t followed',
      () => Object.defineProperties(text(200, ''), { type: { value: 'opaqueredirect' }, status: { value: 0 } }),
      {
        verdict: 'unreachable',
        why: 'it was redirected, and nothing follows: name the address that answers (options refresh, signOut)',
        problem: { code: 'endpoint-redirects' },
      },
    ],
  ])('%s', async (_, answer, expected) => {
    expect(await found(answer())).toEqual(expected);
  });
});

describe('a refusal that speaks of a limit or a firewall', () => {
  it.each([
    'Request was throttled.',
    'too_many_requests',
    'TOO-MANY-ATTEMPTS',
    'rate__limit--exceeded',
    'rate exceeded',
    'limit reached',
    'quota',
    'firewall',
    'a WAF',
    'request blocked',
    'request was blocked',
    'RBAC: access denied',
    'your IP is unknown',
    'error code: 1020',
    'toomanyrequests',
    'TooMany attempts',
    'ratelimit',
    'rateexceeded',
    'limitexceeded',
  ])('%s', async (message) => {
    expect(await found(json(403, { detail: [{ message }] }))).toEqual({ verdict: 'unreachable', why: aboutLimit(403) });
  });

  it('but for a 401, also where it speaks of the session', async () => {
    expect(await found(json(403, { message: 'quota: session' }))).toEqual({
      verdict: 'unreachable',
      why: aboutLimit(403),
    });
  });

  it('in up to a thousand characters', async () => {
    const ofLength = (length: number) => text(403, 'quota'.padEnd(length, 'x'), 'text/plain');
    const why = 'it answered 403, text/plain';
    expect(await found(ofLength(1_000))).toEqual({
      verdict: 'unreachable',
      why: `${why}, and speaks of a limit or a firewall, not of the session`,
    });
    expect(await found(ofLength(1_001))).toEqual({ verdict: 'rejected', why });
  });

  it('by the type that a gateway names', async () => {
    for (const type of [
      'ForbiddenException',
      'AccessDenied',
      'MissingAuthenticationToken',
      'WAFBlock',
      'TooManyRequests',
    ])
      expect(await found(json(403, {}, { 'x-amzn-errortype': type }))).toEqual({
        verdict: 'unreachable',
        why: aboutLimit(403),
      });
    expect(await found(json(403, {}, { 'x-amzn-errortype': 'NotForbidden' }))).toMatchObject({ verdict: 'rejected' });
  });

  it.each(['shipping', 'swaffle', 'error code: 2020', 'error code: 10', 'a user was blocked'])(
    'not: %s',
    async (message) => {
      expect(await found(json(403, { message }))).toEqual({ verdict: 'rejected', why: answered(403) });
    },
  );
});

describe('a refusal that speaks of the request', () => {
  const csrf = (status: number) => ({
    verdict: 'unreachable',
    why: answered(status, ', and speaks of CSRF, not of the session: see the option csrf of cookieRefresh'),
    isPermanent: true,
    problem: { code: 'csrf-refused', status },
  });

  it.each([
    'CSRF Failed',
    'xsrf',
    'anti-forgery token',
    'antiforgery',
    'request_forgery',
    'requestforgery',
    'cross site',
    'crosssite',
    'cross-origin',
    'the origin',
  ])('CSRF: %s', async (message) => {
    for (const status of [400, 401, 403, 410, 419, 422]) {
      expect(await found(json(status, { message }))).toEqual(csrf(status));
    }
  });

  it('not where the word only holds it, and not with another status', async () => {
    expect(await found(json(403, { message: 'the original' }))).toMatchObject({ verdict: 'rejected' });
    expect(await found(json(500, { message: 'csrf' }))).toEqual({ verdict: 'unreachable', why: answered(500) });
  });

  it.each(['Unsupported content type', 'ContentType', 'No API key', 'apikey', 'subscription-key'])(
    'its form: %s',
    async (message) => {
      expect(await found(json(403, { message }))).toEqual({
        verdict: 'unreachable',
        why: answered(403, ', and speaks of the request, not of the session: correct what the option refresh sends'),
        isPermanent: true,
        problem: { code: 'refresh-request-refused', word: '' },
      });
    },
  );

  it.each([
    ['invalid_client', 'correct its id, its secret or its grant types at the server'],
    ['unauthorized_client', 'correct its id, its secret or its grant types at the server'],
    ['incorrect_client_credentials', 'correct its id, its secret or its grant types at the server'],
    ['invalid_request', 'correct what the option refresh sends'],
    ['unsupported_grant_type', 'correct what the option refresh sends'],
    ['invalid_scope', 'correct what the option refresh sends'],
  ])('its word: %s', async (word, todo) => {
    expect(await found(json(400, { error: word, message: 'refresh it' }))).toEqual({
      verdict: 'unreachable',
      why: answered(400, `, ${word}: ${todo}`),
      isPermanent: true,
      problem: { code: 'refresh-request-refused', word },
    });
  });

  it.each(['use_dpop_nonce', 'invalid_dpop_proof'])('tokens of a kind that nobody can send: %s', async (word) => {
    const verdict = await found(json(400, { error: word }));
    expect(verdict).toMatchObject({
      verdict: 'unreachable',
      isPermanent: true,
      problem: { code: 'token-type-unsupported' },
    });
    expect(verdict.why).toBe(answered(400, `, ${word}: ${verdict.problem.why}`));
  });

  it('a CSRF cookie that was missing is told of, where the status fits', async () => {
    for (const status of [400, 403, 419])
      expect(await found(json(status, {}), {}, { noCsrfToken: 'there was none' })).toEqual({
        verdict: 'request-refused',
        why: answered(status, ', and there was none'),
        isPermanent: true,
        problem: { code: 'csrf-cookie-missing', status },
      });
    expect(await found(json(401, {}), {}, { noCsrfToken: 'there was none' })).toMatchObject({ verdict: 'rejected' });
  });
});

describe('a 2xx without a token', () => {
  const tokenless = (keys: string) => ({
    verdict: 'unreachable',
    why: `its answer has no access token in a form that can be sent, but ${keys}: see the option readTokens`,
    problem: { code: 'endpoint-gives-no-token', keys },
  });

  it.each<Case>([
    ['of another shape', () => ({ ok: true, user: 'ada' }), tokenless('the keys ok, user')],
    ['whose token can’t be sent', () => ({ access_token: 'a b' }), tokenless('the keys access_token')],
    ['by a word', () => ({ error: 'invalid_grant' }), { verdict: 'rejected', why: 'it answered, invalid_grant' }],
    [
      'of CSRF',
      () => json(200, { errors: [{ message: 'Invalid csrf-token' }] }),
      {
        verdict: 'unreachable',
        why: answered(200, ', with errors that speak of CSRF'),
        isPermanent: true,
        problem: { code: 'csrf-refused', status: 200 },
      },
    ],
    ...[
      { code: 'UNAUTHENTICATED' },
      { extensions: { code: 'invalid-jwt' } },
      { message: 'Signature has expired' },
      { message: 'unauthorised' },
      { message: 'jwt_expired' },
      { message: 'the refresh token of Ada was revoked' },
      { message: 'session not found' },
      { message: 'Invalid refresh token' },
      { message: 'expired session' },
    ].map(
      (error): Case => [
        `that says there is no session: ${JSON.stringify(error)}`,
        () => ({ errors: [error] }),
        { verdict: 'rejected', why: 'it answered, with errors that say that there is no session' },
      ],
    ),
    [
      'that says so in a mutation’s field',
      () => ({ data: { refresh: { errors: [{ code: 'JWT_SIGNATURE_EXPIRED' }] } } }),
      { verdict: 'rejected', why: 'it answered, with errors that say that there is no session' },
    ],
    [
      'of another error',
      () => ({ errors: [{ message: 'The database is asleep' }, { code: 5 }] }),
      { verdict: 'unreachable', why: 'it answered, with errors and no token: see the option verdict' },
    ],
    [
      'that is null, as where nobody is signed in',
      () => json(200, null),
      {
        verdict: 'request-refused',
        why: 'its answer has no access token in a form that can be sent, but no keys: see the option readTokens',
      },
    ],
  ])('%s', async (_, answer, expected) => {
    const { why, ...rest } = expected as { why: string };
    expect(await found(answer())).toEqual({ why, ...rest });
  });
});

describe('what the client could know, and may not read', () => {
  const ofCors = (status: number, headers: Record<string, string> = {}) =>
    Object.defineProperty(json(status, {}, headers), 'type', { value: 'cors' });

  it('is the pause of another origin', async () => {
    for (const status of [429, 503])
      expect(await found(ofCors(status))).toEqual({
        verdict: 'not-processed',
        why: answered(status),
        problem: { code: 'retry-after-unreadable', status },
      });
  });

  it('not where it can be read, where there is none, and on the page’s own origin', async () => {
    for (const answer of [ofCors(503, { 'Retry-After': '7' }), ofCors(500), json(503, {})])
      expect(await found(answer)).not.toHaveProperty('problem');
  });
});

describe('tokens of no use', () => {
  it('for DPoP, unless the app reads them itself', async () => {
    const answer = { access_token: 'a', token_type: 'DPoP' };
    const { why, problem, ...rest } = await found(answer);
    expect(why).toContain('by its token_type it uses DPoP (RFC 9449)');
    expect(problem).toEqual({ code: 'token-type-unsupported', why });
    expect(rest).toEqual({ verdict: 'unreachable', isPermanent: true });
    expect(await found(answer, { readTokens: () => ({ accessToken: 'a' }) })).toMatchObject({ verdict: 'renewed' });
  });

  const UNREADABLE = { code: 'expires-in-unreadable' };

  it('whose lifetime is in words, unless a JWT says it, too', async () => {
    expect(await found({ access_token: 'opaque', expires_in: '15m' })).toEqual({
      verdict: 'unreachable',
      why: 'its expires_in is no number of seconds',
      problem: UNREADABLE,
    });
    const iat = Math.floor(Date.now() / 1_000);
    const token = jwt({ sub: 'ada', iat, exp: iat + 300 });
    expect(await found({ access_token: token, expires_in: '15m' })).toMatchObject({
      verdict: 'renewed',
      problem: UNREADABLE,
    });
    expect(await found({ access_token: token, expires_in: 300 })).not.toHaveProperty('problem');
  });

  it('whose last second is over', async () => {
    expect(await found({ access_token: 'a', expires_in: 0.5 })).toMatchObject({
      why: 'its token has already expired, or is about to: 0.5 s are left by expires_in',
    });
  });

  it('that a page of words brings', async () => {
    expect(await found(text(200, 'eyJ', 'text/html'))).toMatchObject({ problem: { code: 'endpoint-answers-html' } });
  });
});

describe('the option verdict', () => {
  const byOption = (said: unknown, answer: TokenResponse = json(401, {}, { 'Retry-After': '7' })) =>
    found(answer, { verdict: () => said });
  const WRONG = { code: 'option-failed', option: 'verdict' };

  it('decides', async () => {
    expect(await byOption('over')).toEqual({
      verdict: 'rejected',
      why: answered(401, ', and the option verdict says that the session is over'),
    });
    expect(await byOption('unavailable')).toEqual({
      verdict: 'unreachable',
      why: answered(401, ', and the option verdict says that it is of no use'),
      retryAfter: 7_000,
    });
    expect(await byOption('renewed', json(401, { access_token: 'a' }))).toMatchObject({ verdict: 'renewed' });
  });

  it('leaves the rest to the rule, also of parsed JSON', async () => {
    expect(await byOption(undefined, json(401, {}))).toEqual({ verdict: 'rejected', why: answered(401) });
    expect(await byOption(undefined, { access_token: 'a' })).toMatchObject({ verdict: 'renewed' });
    expect(await byOption('unavailable', {})).toEqual({
      verdict: 'unreachable',
      why: 'it answered, and the option verdict says that it is of no use',
    });
  });

  it('that fails is told of, and its rejection handled', async () => {
    const nonsense = {
      verdict: 'unreachable',
      why: answered(401, ", and the option verdict gave none of 'renewed', 'over', 'unavailable'"),
      problem: WRONG,
      retryAfter: 7_000,
    };
    expect(await byOption('yes')).toEqual(nonsense);
    expect(await byOption(Promise.reject(new Error('late')))).toEqual(nonsense);
    const verdict = () => {
      throw new Error('secret');
    };
    expect(await found(json(401, {}), { verdict })).toEqual({
      verdict: 'unreachable',
      why: answered(401, ', and the option verdict threw an error'),
      problem: WRONG,
    });
  });
});

describe('the option subject', () => {
  const by = (subject: () => unknown) => found({ access_token: 'a' }, { subject });
  const WRONG = { code: 'option-failed', option: 'subject' };

  it('names whose the token is', async () => {
    expect(await by(() => 'ada')).toMatchObject({ grant: { accessToken: { value: 'a', subject: 'ada' } } });
    expect((await by(() => undefined)).grant.accessToken).not.toHaveProperty('subject');
  });

  it('that fails is told of, and its rejection handled', async () => {
    expect(await by(() => Promise.reject(new Error('late')))).toEqual({
      verdict: 'unreachable',
      why: 'it answered, and the option subject gave a promise',
      problem: WRONG,
    });
    const subject = () => {
      throw new Error('secret');
    };
    expect(await by(subject)).toEqual({
      verdict: 'unreachable',
      why: 'it answered, and the option subject threw an error',
      problem: WRONG,
    });
  });
});

describe('the refresh token beside it', () => {
  const answer = { access_token: 'a', refresh_token: 'r' };

  it('is this client’s where it holds one, or reads it', async () => {
    expect((await found(answer)).grant).not.toHaveProperty('refreshToken');
    expect((await found(answer, { holdsRefreshToken: true })).grant).toMatchObject({ refreshToken: 'r' });
    const readTokens = () => ({ accessToken: 'a', refreshToken: 'own' });
    expect((await found(answer, { readTokens })).grant).toMatchObject({ refreshToken: 'own' });
    expect((await found({ ...answer, refresh_token: '' }, { holdsRefreshToken: true })).grant).not.toHaveProperty(
      'refreshToken',
    );
  });

  it('is kept where the rest of a 2xx is of no use, and of no refusal', async () => {
    const reading = { holdsRefreshToken: true };
    const tokenless = { access_token: 'a b', refresh_token: 'r' };
    expect(await found(tokenless, reading)).toMatchObject({ verdict: 'unreachable', refreshToken: 'r' });
    expect(await found(json(200, tokenless), reading)).toMatchObject({ verdict: 'unreachable', refreshToken: 'r' });
    expect(await found(json(500, tokenless), reading)).not.toHaveProperty('refreshToken');
  });
});

describe('the same token again', () => {
  const current = { value: 'a', claims: undefined, lifetime: 10_000, receivedAt: now() };
  const again = (expires_in: number) => {
    const known = { current: { ...current, receivedAt: now() } };
    return found({ access_token: 'a', expires_in }, { holdsRefreshToken: true }, known);
  };

  it('is unchanged, unless it lives on for more than a second longer', async () => {
    expect(await again(10)).toMatchObject({ verdict: 'unchanged', grant: { accessToken: { value: 'a' } } });
    expect(await again(11)).toMatchObject({ verdict: 'unchanged' });
    expect(await again(12)).toMatchObject({ verdict: 'renewed' });
  });

  it('is of no use once it has expired', async () => {
    expect(await found({ access_token: 'a', expires_in: 0 })).toMatchObject({
      verdict: 'unreachable',
      why: 'its token has already expired, or is about to: 0 s are left by expires_in',
      problem: { code: 'token-expired-on-arrival', left: 0, evidence: 'expires_in' },
    });
    expect(await found({ access_token: 'a', expires_in: 1 })).toMatchObject({ verdict: 'renewed' });
  });
});

it('a reader that throws, or is async, reads nothing, and its rejection is handled', async () => {
  const throwing = vi.fn(() => {
    throw new Error('secret');
  });
  const late = () => Promise.reject(new Error('late'));
  for (const readTokens of [throwing, late])
    expect(await found({ access_token: 'a' }, { readTokens })).toMatchObject({
      verdict: 'unreachable',
      problem: { code: 'endpoint-gives-no-token' },
    });
});
