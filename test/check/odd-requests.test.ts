/** Requests that are out of the common: what no header can carry, two at once, and headers of one's own. */

import { describe, expect, it } from 'vitest';
import { checked, signInBy } from './checked.ts';
import { HEADERS, refused, startSessions, tokens, URL_HERE } from './token-servers.ts';

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
    expect(outcomes).toMatchObject({ 'sign-in': 'unchecked', token: 'broken' });
    expect(Buffer.from(sent.findLast(Boolean) ?? '', 'latin1').toString()).toBe('session=café-€-secret');
  });

  it.each([
    ['a cookie', jar('a\u0000secret'), []],
    [
      "the CSRF cookie 'XSRF-TOKEN', decoded,",
      () => `localhost\tFALSE\t/\tFALSE\t0\tXSRF-TOKEN\t%E2%9C%93secret\n${jar('session-secret')()}`,
      ['--csrf', 'XSRF-TOKEN=X-XSRF-TOKEN'],
    ],
  ])('what no request can carry is a finding, and it is not quoted: %s', async (what, cookies, more) => {
    const run = signInBy(cookies);
    const { code, output, outcomes } = await checked(['check', URL_HERE, '--sign-in', 'x', ...more], {
      fetch: async () => refused(),
      run,
    });
    expect(outcomes.token).toBe('broken');
    expect(output).toContain(
      `It couldn't be sent, as no browser could: ${what} holds letters that no header can carry.`,
    );
    expect(output).not.toContain('secret');
    expect(code).toBe(1);
  });
});

describe('two refreshes at once', () => {
  /** Reads, then writes: without an overlap, and yet two at once may both be lucky. @param luck how many times */
  function startRace(luck: number, status = 401) {
    const { issued, begin, rotate } = startSessions();
    let [running, races] = [0, 0];
    const spent = new Set<string | undefined>();
    const fetch: typeof globalThis.fetch = async (_input, init) => {
      const token = /session=([^;]+)/.exec(new Headers(init?.headers).get('cookie') ?? '')?.[1];
      running++;
      const isSecond = running > 1;
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      if (isSecond) races++;
      const isLucky = !spent.has(token) || (isSecond && races <= luck);
      const next = isLucky && init?.method === 'POST' ? rotate(token) : undefined;
      spent.add(token);
      if (!next) return Response.json({}, { status, headers: HEADERS });
      const answer = tokens({});
      answer.headers.append('Set-Cookie', `session=${next}; Path=/auth; HttpOnly; SameSite=Lax; Max-Age=600`);
      return answer;
    };
    const run = signInBy(() => `#HttpOnly_localhost\tFALSE\t/auth\tFALSE\t0\tsession\t${begin()}`);
    return checked(['check', URL_HERE, '--sign-in', 'x'], { fetch, run, wait: async () => {} }, issued);
  }

  it('are tried several times, since one race may go well', async () => {
    const { outcomes } = await startRace(3);
    expect(outcomes).toMatchObject({ 'at-once': 'broken', overlap: 'broken' });
  });

  it('over which the server fails: the remedy is another one', async () => {
    const { outcomes, output } = await startRace(0, 500);
    expect(outcomes['at-once']).toBe('broken');
    expect(output).toContain('here the server has failed over it');
  });

  it('that go well each time, without an overlap, are not called kept', async () => {
    const { outcomes, output } = await startRace(100);
    expect(outcomes).toMatchObject({ 'at-once': 'unclear', overlap: 'broken' });
    expect(output).toContain('by a race only');
  });
});

it('a header of --header goes along, but not where a form is forged; its value is a secret', async () => {
  const { issued, begin, rotate } = startSessions();
  const sent: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    const headers = new Headers(init?.headers);
    sent.push(headers.get('x-api-key'));
    if (headers.get('x-api-key') !== 'key-secret')
      return Response.json({ said: 'no key-secret' }, { status: 403, headers: HEADERS });
    const next = init?.method === 'POST' ? rotate(/session=([^;]+)/.exec(headers.get('cookie') ?? '')?.[1]) : undefined;
    if (!next) return Response.json({}, { status: 401, headers: HEADERS });
    const answer = tokens({});
    answer.headers.append('Set-Cookie', `session=${next}; Path=/auth; HttpOnly; SameSite=Lax; Max-Age=600`);
    return answer;
  };
  const run = signInBy(() => `#HttpOnly_localhost\tFALSE\t/auth\tFALSE\t0\tsession\t${begin()}`);
  const args = ['check', URL_HERE, '--sign-in', 'x', '--header', 'X-Api-Key: key-secret'];
  const { outcomes } = await checked(args, { fetch, run }, ['key-secret', ...issued]);
  expect(outcomes).toMatchObject({ 'no-session': 'kept', rotation: 'kept', forgery: 'kept' });
  expect(sent.filter((key) => key === null).length).toBeGreaterThan(0);
});
