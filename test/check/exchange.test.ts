/** One request and its answer: what is made of it, what is a secret, and why none has come. */

import { describe, expect, it } from 'vitest';
import { isOver, isRenewed, send } from '../../src/check/exchange.ts';
import { createSecrets } from '../../src/check/secrets.ts';
import { answerOf, ENDPOINT, NOW, nobody, renewal, surroundingsOf } from './on-stage.ts';

const EXCHANGE = { url: new URL(ENDPOINT), method: 'POST', headers: new Headers(), holdsRefreshToken: true };
const typed = (body: string | null, type: string) => new Response(body, { headers: { 'Content-Type': type } });

describe('an answer', () => {
  it('with a token is a renewal, and says so', async () => {
    const answer = await answerOf(renewal());
    expect(answer).toMatchObject({ status: 200, why: 'it answered 200, with a token' });
    expect([isRenewed(answer), isOver(answer)]).toEqual([true, false]);
  });

  it('that refuses is the end of the session', async () => {
    const answer = await answerOf(Response.json({ error: 'invalid_grant' }, { status: 400 }));
    expect([isRenewed(answer), isOver(answer)]).toEqual([false, true]);
    expect(answer.body).toEqual({ error: 'invalid_grant' });
  });

  it('that is no JSON is kept as its text', async () => {
    expect((await answerOf(typed('{no JSON', 'application/json'))).body).toBe('{no JSON');
  });

  it.each<[string, Response, boolean]>([
    ['HTML by its type', typed('Sign in', 'text/html; charset=utf-8'), true],
    ['HTML by its look', typed('\n <!doctype html>', 'text/plain'), true],
    ['nothing, as HTML', typed(null, 'text/html'), false],
    ['text that speaks of <b>', typed('it is <b>', 'text/plain'), false],
    ['JSON', Response.json({}), false],
  ])('is a page or not: %s', async (_what, response, isHtml) => {
    expect((await answerOf(response)).isHtml).toBe(isHtml);
  });

  it('has its cookies, and the time when it came', async () => {
    const answer = await answerOf(renewal(['session=a; Max-Age=60', 'sid=b']));
    expect(answer.setCookies).toMatchObject([{ name: 'session', expires: NOW + 60_000 }, { name: 'sid' }]);
    expect(answer).toMatchObject({ sentAt: NOW, receivedAt: NOW });
  });
});

describe('a secret', () => {
  const tokens = { access_token: 'access-secret', refresh_token: 'refresh-secret', expires_in: 600 };

  it.each([
    ['a cookie', 'cookie-secret'],
    ['the access token', 'access-secret'],
    ['the refresh token', 'refresh-secret'],
  ])('is %s of an answer', async (_what, secret) => {
    const secrets = createSecrets();
    const response = Response.json(tokens, { headers: { 'Set-Cookie': 'session=cookie-secret' } });
    await send(
      EXCHANGE,
      surroundingsOf(() => response),
      secrets,
    );
    expect(secrets.hide(`got ${secret}`)).toBe('got …');
  });
});

describe('that none has come', () => {
  const refused = new TypeError('fetch failed', {
    cause: Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }),
  });

  it.each<[string, unknown, string]>([
    ['with the code of the network', refused, 'no answer came (ECONNREFUSED)'],
    ['with the time that has passed', new DOMException('secret', 'TimeoutError'), 'no answer came (30 s passed)'],
    ['without more', new TypeError('secret'), 'no answer came (network error)'],
    ['without more, whatever was thrown', undefined, 'no answer came (network error)'],
    ['without a code that is none', new TypeError('secret', { cause: { code: 1 } }), 'no answer came (network error)'],
  ])('is said %s', async (_what, error, why) => {
    const answer = await send(
      EXCHANGE,
      surroundingsOf(() => Promise.reject(error)),
      createSecrets(),
    );
    expect(answer).toMatchObject({ status: 0, why, isHtml: false, setCookies: [], sentAt: NOW, receivedAt: NOW });
    expect([isRenewed(answer), isOver(answer)]).toEqual([false, false]);
  });
});

it('a request follows no redirect, asks no cache, and gives up some time', async () => {
  const inits: (RequestInit | undefined)[] = [];
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    inits.push(init);
    return Response.json({});
  };
  await send(EXCHANGE, surroundingsOf(nobody, { fetch }), createSecrets());
  await send({ ...EXCHANGE, body: 'a=b' }, surroundingsOf(nobody, { fetch }), createSecrets());
  expect(inits[0]).toMatchObject({ method: 'POST', redirect: 'manual', cache: 'no-store' });
  expect(inits[0]?.signal?.aborted).toBe(false);
  expect(inits.map((init) => init?.body)).toEqual([undefined, 'a=b']);
});
