/** The command and servers of other kinds: a refresh token in the body, and double-submit protection. */

import { describe, expect, it } from 'vitest';
import { createSessions } from '../../src/testing/server/sessions.ts';
import { checked, type Outcomes, signInBy } from './checked.ts';

const URL_HERE = 'http://localhost:3000/auth/refresh';
const SIGN_OUT = 'http://localhost:3000/auth/logout';

/** Sessions with a clock that the command's wait moves. */
function startSessions() {
  const issued: string[] = [];
  let ahead = 0;
  const secret = () => {
    issued.push(`refresh-token-${issued.length}-secret`);
    return issued.at(-1) ?? '';
  };
  const sessions = createSessions({ overlap: 10_000 }, { now: () => Date.now() + ahead, secret });
  return {
    issued,
    begin: () => sessions.begin({ id: 'ada', name: 'Ada' }).refreshToken,
    rotate(token: string | undefined): string | undefined {
      const rotation = sessions.rotate(token);
      return 'grant' in rotation ? rotation.grant.refreshToken : undefined;
    },
    revoke(token: string | undefined): void {
      const family = sessions.familyOf(token);
      if (family) sessions.revoke(family);
    },
    wait: async (ms: number) => {
      ahead += ms;
    },
  };
}

const HEADERS = { 'Cache-Control': 'no-store', Date: new Date().toUTCString() };
const refused = () => Response.json({ error: 'invalid_grant' }, { status: 400, headers: HEADERS });
const tokens = (more: object) =>
  Response.json({ access_token: 'opaque-access-token', expires_in: 600, ...more }, { headers: HEADERS });
const not = (outcome: string, outcomes: Outcomes) =>
  Object.fromEntries(Object.entries(outcomes).filter(([, each]) => each !== outcome));

describe('a refresh token in the body', () => {
  it.each(['form', 'json', 'form:rt', 'json:rt'])('as %s', async (format) => {
    const { issued, begin, rotate, revoke, wait } = startSessions();
    const [kind, field = 'refresh_token'] = format.split(':');
    const sent: Record<string, string>[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const body = String(init?.body ?? '');
      const fields = kind === 'json' ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
      const headers = new Headers(init?.headers);
      expect(headers.get('cookie')).toBeNull();
      expect(headers.get('content-type')).toBe(
        kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      );
      sent.push(fields);
      if (String(input) === SIGN_OUT) {
        revoke(fields.token);
        return new Response(null, { headers: HEADERS });
      }
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
    expect(sent[1]).toMatchObject({ [field]: issued[0], client_id: 'spa' });
    expect(sent[1]?.grant_type).toBe(kind === 'form' ? 'refresh_token' : undefined);
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
      if (requires && cookie && headers.get('x-xsrf-token') !== 'a=b/secret') {
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
    if (!requires) expect(output).toContain('Without X-XSRF-TOKEN it gave a token.');
  });

  it('is not known to the command: the refresh is refused, in words of the client', async () => {
    const { surroundings } = startServer(true);
    const { outcomes, output } = await checked(['check', URL_HERE, '--sign-in', 'x'], surroundings);
    expect(outcomes).toMatchObject({ token: 'broken', rotation: 'unchecked' });
    expect(output).toContain('speaks of CSRF, not of the session');
  });
});

describe('what a cookie may hold', () => {
  const jar = (value: string) => () => `#HttpOnly_localhost\tFALSE\t/auth\tFALSE\t0\tsession\t${value}`;

  it('letters that no header has: their bytes are sent', async () => {
    const sent: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (_input, init) => {
      sent.push(new Headers(init?.headers).get('cookie'));
      return refused();
    };
    const run = signInBy(jar('café-€-secret'));
    const { outcomes } = await checked(['check', URL_HERE, '--sign-in', 'x'], { fetch, run }, ['café-€-secret']);
    expect(outcomes).toMatchObject({ 'sign-in': 'kept', token: 'broken' });
    expect(Buffer.from(sent[1] ?? '', 'latin1').toString()).toBe('session=café-€-secret');
  });

  it('what no request can carry: that is no finding, and it is not quoted', async () => {
    const run = signInBy(jar('a\u0000secret'));
    const { code, output } = await checked(['check', URL_HERE, '--sign-in', 'x'], {
      fetch: async () => refused(),
      run,
    });
    expect(output).toContain('a fault of the command itself');
    expect(output).not.toContain('secret');
    expect(code).toBe(2);
  });
});
