/** The command and servers of other kinds: a refresh token in the body, and double-submit protection. */

import { describe, expect, it } from 'vitest';
import { checked, signInBy } from './checked.ts';
import { not } from './outcomes.ts';
import { HEADERS, refused, SIGN_OUT, startSessions, tokens, URL_HERE } from './token-servers.ts';

describe('a refresh token in the body', () => {
  it.each(['form', 'json', 'form:rt', 'json:rt'])('as %s', async (format) => {
    const { issued, begin, rotate, revoke, wait } = startSessions();
    const [kind, field = 'refresh_token'] = format.split(':');
    const sent: Record<string, string>[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const body = String(init?.body ?? '');
      const headers = new Headers(init?.headers);
      expect(headers.get('cookie')).toBeNull();
      if (init?.method === 'OPTIONS') return new Response(null, { status: 204, headers: HEADERS });
      if (String(input) === SIGN_OUT) {
        // RFC 7009, whatever the refresh is like.
        expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded');
        const { token, ...more } = Object.fromEntries(new URLSearchParams(body));
        expect(more).toEqual({ token_type_hint: 'refresh_token', client_id: 'spa' });
        revoke(token);
        return new Response(null, { headers: HEADERS });
      }
      const fields = kind === 'json' ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
      expect(headers.get('content-type')).toBe(
        kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      );
      sent.push(fields);
      const next = rotate(fields[field]);
      return next ? tokens({ refresh_token: next }) : refused();
    };
    const run = signInBy('', () => JSON.stringify({ refresh_token: begin() }));
    const args = ['check', URL_HERE, '--sign-out', SIGN_OUT, '--sign-in', 'x', '--body', format, '--client-id', 'spa'];
    const { outcomes, output } = await checked(args, { fetch, run, wait }, issued);
    for (const secret of issued) expect(output).not.toContain(secret);
    expect(not('kept', outcomes)).toEqual({
      cors: 'unchecked',
      'retry-after': 'unchecked',
      subject: 'unclear',
      claims: 'unchecked',
      forgery: 'unchecked',
      get: 'unchecked',
      'sign-out-cookie': 'unchecked',
    });
    // The client never sends a request without a refresh token.
    for (const fields of sent) expect(fields[field]).toBeTruthy();
    expect(outcomes['no-session']).toBeUndefined();
    const first = sent.find((fields) => fields[field] === issued[0]);
    expect(first).toMatchObject({ client_id: 'spa' });
    expect(first?.grant_type).toBe(format === 'json:rt' ? undefined : 'refresh_token');
    expect(output).not.toMatch(/cookie[^)]*$/m);
  });

  it.each([
    ['json:refresh', 'application/json', '{"refresh":"refresh-token-1-secret"}'],
    ['form:refresh', 'application/x-www-form-urlencoded', 'refresh=refresh-token-1-secret'],
  ])('the sign-out as %s', async (format, type, body) => {
    const { begin, rotate, wait } = startSessions();
    const signOuts: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (String(input) === SIGN_OUT) signOuts.push([new Headers(init?.headers).get('content-type'), init?.body]);
      const token = new URLSearchParams(String(init?.body)).get('refresh_token') ?? undefined;
      const next = rotate(token);
      return next ? tokens({ refresh_token: next }) : refused();
    };
    const run = signInBy('', () => JSON.stringify({ refresh_token: begin() }));
    const args = ['--sign-out', SIGN_OUT, '--sign-out-body', format, '--sign-in', 'x', '--body', 'form'];
    await checked(['check', URL_HERE, ...args], { fetch, run, wait });
    expect(signOuts).toEqual([[type, expect.stringMatching(body.replace('-1-', '-\\d+-'))]]);
  });

  it('without the client id: the remedy is --client-id, and speaks of no cookie', async () => {
    const fetch: typeof globalThis.fetch = async () =>
      Response.json({ error: 'invalid_client' }, { status: 401, headers: HEADERS });
    const run = signInBy('', () => '{"refresh_token":"some-secret-token"}');
    const { output, outcomes } = await checked(['check', URL_HERE, '--sign-in', 'x', '--body', 'form'], { fetch, run });
    expect(outcomes).toMatchObject({ 'wrong-token': 'broken', token: 'broken' });
    expect(output).toMatch(/^ +Give --client-id\.$/m);
    expect(output).not.toContain('cookie');
  });

  it.each([
    ['no JSON', 'printed no JSON'],
    ['{"access_token":"a"}', 'printed JSON without a refresh token'],
  ])('of which the sign-in prints none: %s', async (stdout, why) => {
    const args = ['check', URL_HERE, '--sign-in', 'x', '--body', 'json'];
    const run = signInBy('', () => stdout);
    const { code, output } = await checked(args, { fetch: async () => refused(), run });
    expect(output).toContain(why);
    expect(code).toBe(2);
  });
});

describe('double-submit protection', () => {
  /** @param requires whether the server looks at the header */
  function startServer(requires: boolean) {
    const { issued, begin, rotate, revoke, wait } = startSessions();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const headers = new Headers(init?.headers);
      const cookie = headers.get('cookie') ?? '';
      if (requires && headers.get('x-xsrf-token') !== 'a=b/secret') {
        return Response.json({ message: 'CSRF token mismatch.' }, { status: 419, headers: HEADERS });
      }
      const token = /session=([^;]+)/.exec(cookie)?.[1];
      const flags = 'Path=/auth; HttpOnly; SameSite=Lax';
      if (String(input) === SIGN_OUT) {
        revoke(token);
        return new Response(null, { headers: { ...HEADERS, 'Set-Cookie': `session=; ${flags}; Max-Age=0` } });
      }
      const next = init?.method === 'POST' ? rotate(token) : undefined;
      if (!next) return Response.json({}, { status: 401, headers: HEADERS });
      const answer = tokens({});
      answer.headers.append('Set-Cookie', `session=${next}; ${flags}; Max-Age=600`);
      return answer;
    };
    const jar = () =>
      [
        `localhost\tFALSE\t/\tFALSE\t0\tXSRF-TOKEN\ta%3Db%2Fsecret`,
        `#HttpOnly_localhost\tFALSE\t/auth\tFALSE\t0\tsession\t${begin()}`,
      ].join('\n');
    return { issued, surroundings: { fetch, run: signInBy(jar), wait } };
  }

  it.each([
    [true, 'kept'],
    [false, 'broken'],
  ])('the header is required: %s', async (requires, forgery) => {
    const { issued, surroundings } = startServer(requires);
    const csrf = 'XSRF-TOKEN=X-XSRF-TOKEN';
    const args = ['check', URL_HERE, '--sign-out', SIGN_OUT, '--sign-in', 'x', '--csrf', csrf];
    const { outcomes, output } = await checked(args, surroundings, ['a=b/secret', 'a%3Db%2Fsecret', ...issued]);
    for (const secret of issued) expect(output).not.toContain(secret);
    expect(outcomes).toMatchObject({ token: 'kept', rotation: 'kept', 'sign-out-session': 'kept', forgery });
    // As Django does; the client knows a visitor by it all the same.
    expect(outcomes['no-session']).toBe('kept');
    if (requires) expect(output).toContain('(419, which the client takes for the same from a visitor)');
    if (!requires) expect(output).toContain('Without X-XSRF-TOKEN it gave a token.');
  });

  it('is not known to the command: the refresh is refused, in words of the client', async () => {
    const { surroundings } = startServer(true);
    const { outcomes, output } = await checked(['check', URL_HERE, '--sign-in', 'x'], surroundings);
    expect(outcomes).toMatchObject({ token: 'broken', rotation: 'unchecked' });
    expect(output).toContain('speaks of CSRF, not of the session');
    expect(output).toContain('give --csrf COOKIE=HEADER');
  });
});
