/** Answers to a refresh that hold no usable token: a sick server keeps the session, a refusal ends it; none is quoted (P9). */

import { RefreshUnavailableError, SessionExpiredError } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { brokenOff, html, json, LEAK, restore, SECRET, tokenless } from '../../given/secret-answers.ts';
import { API, type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openTab, record } from '../../world/tabs.ts';
import { tracesOf } from '../../world/traces.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

const sick: [string, () => Response, RegExp][] = [
  ['an HTML 403, a firewall’s', () => html(403), /403, text\/html/],
  ['an HTML 401, a proxy’s', () => html(401), /401, text\/html/],
  ['an HTML 400 that calls itself JSON', () => html(400, 'application/json'), /400/],
  ['404', () => json({ error: SECRET }, { status: 404 }), /404/],
  ['408', () => json({ error: SECRET }, { status: 408 }), /408/],
  ['500', () => json({ error: SECRET }, { status: 500 }), /500/],
  ['502, an HTML page', () => html(502), /502/],
];

const unreachable: typeof sick = [
  ['a redirect to a login page', () => Response.redirect('https://app.test/login'), /redirected.*option/],
  ['a network error', () => Response.error(), /request failed/],
];

describe('an answer to a refresh that is none: the session is kept, nothing is quoted, nothing loops (P3, P5, P9)', () => {
  const broken: typeof sick = [['an answer that breaks off', brokenOff, /request failed/]];
  const rows = [...tokenless, ...sick, ...unreachable, ...broken];

  it.each(rows)('a useless answer to a refresh keeps the session: %s', async (_, answer, why) => {
    const auth = await adasTab(server);
    const state = auth.getState();
    const events = record(auth);
    server.answerRefresh = answer;
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect((error as Error).message).toMatch(why);
    expect((error as Error).message).toContain(TOKEN_ENDPOINT);
    expect(tracesOf(LEAK, [error, events])).toEqual([]);
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed']);

    // The token is still good, and it is used.
    expect(auth.getState()).toBe(state);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    await pass(999);
    expect(server.refreshCalls).toBe(1);
  });

  it.each(rows)('a useless answer at page load leaves the state restoring: %s', async (_, answer, why) => {
    const auth = openTab();
    server.answerRefresh = answer;
    const error = await failureOf(restore(auth));

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect((error as Error).message).toMatch(why);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState()).toMatchObject({
      status: 'restoring',
      error: { code: 'refresh-unavailable', retryable: true },
    });
    await pass(999);
    expect(server.refreshCalls).toBe(1);
  });

  it('the message names the request and the endpoint, without their queries', async () => {
    const auth = await adasTab(server, { refresh: `/auth/refresh?secret=${SECRET}` });
    server.expireAccessTokens();
    server.answerRefresh = () => json({}, { status: 500 });
    const error = await failureOf(auth.fetch(`${API}/orders?secret=${SECRET}`));

    expect((error as Error).message).toContain(`GET ${API}/orders: ${TOKEN_ENDPOINT} can't refresh`);
    expect(tracesOf(LEAK, error)).toEqual([]);
  });
});

describe('the auth server’s no ends the session', () => {
  const refusals: [string, () => Response][] = [
    ['400 invalid_grant', () => json({ error: 'invalid_grant', error_description: SECRET }, { status: 400 })],
    ['401', () => json({ detail: SECRET }, { status: 401 })],
    ['403', () => json({ detail: SECRET }, { status: 403 })],
    ['401, empty', () => new Response(null, { status: 401 })],
    ['401, plain text', () => new Response(SECRET, { status: 401, headers: { 'Content-Type': 'text/plain' } })],
    // Of the session, beside a word that requests are refused with.
    ['401, an address', () => json({ message: 'Session ended: your IP address has changed' }, { status: 401 })],
    ['401, a limit', () => json({ message: 'Session limit exceeded, sign in again' }, { status: 401 })],
    ['401, an origin', () => json({ message: 'You signed in from another origin' }, { status: 401 })],
    ['401, a key', () => json({ message: 'Please log in again, or give an API key' }, { status: 401 })],
    ['401, a session’s limit, with underscores', () => json({ error: 'session_limit_exceeded' }, { status: 401 })],
    ['403, a user who is blocked', () => json({ error: 'user_blocked', detail: 'User is blocked' }, { status: 403 })],
    [
      '400 invalid_grant, with Retry-After',
      () => json({ error: 'invalid_grant' }, { status: 400, headers: { 'Retry-After': '30' } }),
    ],
    ['401, with Retry-After', () => json({ message: 'No' }, { status: 401, headers: { 'Retry-After': '30' } })],
    ['401, the token, and a key', () => json({ detail: 'No refresh token: see the API key' }, { status: 401 })],
    // The keys of JSON aren't said.
    ['401, a key of JSON', () => json({ detail: 'Unknown user', origin: 'auth-service' }, { status: 401 })],
    ['403, keys of JSON', () => json({ detail: 'Locked', 'content-type': 'json', csrf: null }, { status: 403 })],
  ];

  it.each([
    ['403, an address', () => json({ message: 'No session from this IP address' }, { status: 403 })],
    ['400, in an array', () => json({ errors: [{ message: 'The Content-Type must be JSON' }] }, { status: 400 })],
    ['401, CSRF alone', () => json({ msg: 'Missing CSRF token' }, { status: 401 })],
    ['403, a code with underscores', () => json({ error: 'rate_limit_exceeded' }, { status: 403 })],
    ['403, a code with hyphens', () => json({ code: 'rate-limit-exceeded' }, { status: 403 })],
    ['403, a code in capitals', () => json({ code: 'RATE_LIMITED' }, { status: 403 })],
    ['403, a code within an error', () => json({ error: { code: 'over_request_rate_limit' } }, { status: 403 })],
    ['403, a limit reached', () => json({ error: 'request_limit_reached' }, { status: 403 })],
    ['400, requests', () => json({ error: 'too_many_requests' }, { status: 400 })],
    ['400, attempts', () => json({ error: { message: 'TOO_MANY_ATTEMPTS_TRY_LATER' } }, { status: 400 })],
    ['403, a quota', () => json({ errors: [{ reason: 'quotaExceeded' }] }, { status: 403 })],
    ['403, a firewall', () => json({ message: 'Blocked by firewall' }, { status: 403 })],
    ['403, a web application firewall', () => json({ message: 'Denied by the WAF' }, { status: 403 })],
    ['403, a request that is blocked', () => json({ error: 'request_blocked' }, { status: 403 })],
    ['403, an IP that is blocked', () => json({ message: 'Your IP is blocked' }, { status: 403 })],
    ['401, a subscription', () => json({ message: 'Access denied due to missing subscription key.' }, { status: 401 })],
    ['403, anti_forgery', () => json({ error: 'anti_forgery_token_invalid' }, { status: 403 })],
    ['403, cross_origin', () => json({ error: 'cross_origin_request' }, { status: 403 })],
    ['400, content_type', () => json({ error: 'unsupported_content_type' }, { status: 400 })],
    ['403, with Retry-After', () => json({ message: 'Forbidden' }, { status: 403, headers: { 'Retry-After': '30' } })],
    ['400, with Retry-After', () => json({ message: 'Later' }, { status: 400, headers: { 'Retry-After': '30' } })],
  ])('a refusal that speaks of the request ends no session: %s', async (_, answer) => {
    const auth = await adasTab(server);
    server.answerRefresh = answer;

    expect(await failureOf(auth.refresh())).toBeInstanceOf(RefreshUnavailableError);
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('a refusal that says when to come again is not asked again before', async () => {
    const auth = await adasTab(server);
    server.answerRefresh = () => json({ message: 'Forbidden' }, { status: 403, headers: { 'Retry-After': '30' } });

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'refresh-unavailable', retryAfter: 30_000 });
    await pass(29_999, 1_000);
    expect(server.refreshCalls).toBe(1);
  });

  it.each(refusals)('a refusal ends the session, and is not asked again: %s', async (_, answer) => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.answerRefresh = answer;
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(SessionExpiredError);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed', 'signed-out']);
    expect(events[0]?.detail).toMatchObject({ error: { code: 'session-expired', retryable: false } });
    expect(events[0]?.detail).toMatchObject({ error: { message: expect.stringContaining(TOKEN_ENDPOINT) } });
    expect(tracesOf(LEAK, [error, events])).toEqual([]);
    await pass(120_000, 1_000);
    expect(server.refreshCalls).toBe(1);
  });

  it.each(refusals)('a refusal at page load finds nobody signed in: %s', async (_, answer) => {
    server.answerRefresh = answer;
    const auth = openTab();
    expect(await restore(auth)).toEqual({ status: 'signed-out', reason: 'no-session' });
  });
});
