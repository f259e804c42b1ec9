/** The auth server as the command calls it: what is sent, and what a session takes of an answer. */

import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/check/endpoint.ts';
import { cookie, ENDPOINT, nobody, onStage, type Reply, renewal, sessionOf } from './on-stage.ts';

const session = () => sessionOf(cookie('session=token-0; Path=/auth'));
const CSRF = ['--csrf', 'XSRF-TOKEN=X-XSRF-TOKEN'];

function start(args: readonly string[] = [], reply: Reply = nobody) {
  const sent: Request[] = [];
  const { stage } = onStage(args, (request) => {
    sent.push(request);
    return reply(request);
  });
  return { endpoint: stage.endpoint, sent };
}

describe('a refresh', () => {
  it('is sent as the client sends it', async () => {
    const { endpoint, sent } = start();
    await endpoint.refresh(session());
    expect(sent[0]).toMatchObject({ method: 'POST', url: ENDPOINT });
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      accept: 'application/json',
      cookie: 'session=token-0',
      origin: 'https://id.example.com',
      'x-requested-with': 'silent-refresh',
    });
  });

  it('is sent from the origin of the pages', async () => {
    const { endpoint, sent } = start(['--origin', 'https://app.example.com']);
    await endpoint.refresh(session());
    expect(sent[0]?.headers.get('origin')).toBe('https://app.example.com');
  });

  it('has the cookies that go there, that of the longest path first', async () => {
    const { endpoint, sent } = start();
    const all = ['a=1; Path=/', 'b=2; Path=/auth/refresh', 'c=3; Path=/auth', 'd=4; Path=/other'];
    await endpoint.refresh(sessionOf(...all.map((each) => cookie(each))));
    expect(sent[0]?.headers.get('cookie')).toBe('b=2; c=3; a=1');
  });

  it('has the CSRF cookie, decoded, in its header', async () => {
    const { endpoint, sent } = start(CSRF);
    const csrf = cookie('XSRF-TOKEN=a%3Db; Path=/');
    await endpoint.refresh(sessionOf(csrf));
    await endpoint.refresh(session());
    expect(sent.map(({ headers }) => headers.get('x-xsrf-token'))).toEqual(['a=b', null]);
  });

  it.each([
    [[], "it answered 403, application/json, and there is no CSRF cookie 'XSRF-TOKEN' to send"],
    [[cookie('XSRF-TOKEN=a; Path=/')], 'it answered 403, application/json'],
  ])('that is refused says whether the CSRF cookie was missing (case %#)', async (cookies, why) => {
    const { endpoint } = start(CSRF, () => Response.json({}, { status: 403 }));
    expect((await endpoint.refresh(sessionOf(...cookies))).why).toBe(why);
  });

  it('in a body has no cookie, and no X-Requested-With', async () => {
    const { endpoint, sent } = start(['--body', 'json', '--header', 'X-Api-Key: key']);
    await endpoint.refresh({ ...session(), refreshToken: 'token-0' });
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      origin: 'https://id.example.com',
      'x-api-key': 'key',
    });
    expect(await sent[0]?.json()).toEqual({ grant_type: 'refresh_token', refresh_token: 'token-0' });
  });
});

describe('what a session takes of a refresh', () => {
  const gives: Reply = () => renewal(['session=token-1; Path=/auth; Max-Age=60']);
  const valuesAfter = async (change: Change | undefined, reply: Reply) => {
    const own = session();
    await start([], reply).endpoint.refresh(own, change);
    return { value: own.cookies[0]?.value, isOver: own.isOver };
  };
  const deletes: Reply = () =>
    Response.json({}, { status: 401, headers: { 'Set-Cookie': 'session=; Path=/auth; Max-Age=0' } });

  it.each<[string, Change | undefined, Reply, object]>([
    ['the next token', undefined, gives, { value: 'token-1', isOver: false }],
    ['its end', undefined, nobody, { value: 'token-0', isOver: true }],
    ['the deletion', undefined, deletes, { value: undefined, isOver: true }],
    ['no end, where something was changed', { method: 'GET' }, nobody, { value: 'token-0', isOver: false }],
    ['nothing, with another token', { token: 'other' }, gives, { value: 'token-0', isOver: false }],
    ['nothing, without a cookie that is needed', { without: 'session' }, deletes, { value: 'token-0', isOver: false }],
    ['the next token, without a cookie that is not', { without: 'sid' }, gives, { value: 'token-1', isOver: false }],
  ])('is %s', async (_what, change, reply, expected) => {
    expect(await valuesAfter(change, reply)).toEqual(expected);
  });

  it.each([
    [{ refresh_token: 'token-1' }, 'token-1'],
    [{}, 'token-0'],
  ])('in a body is the next token, if there is one: %j', async (more, token) => {
    const { endpoint } = start(['--body', 'form'], () =>
      Response.json({ access_token: 'opaque-access-token', expires_in: 600, ...more }),
    );
    const own = { ...sessionOf(), refreshToken: 'token-0' };
    await endpoint.refresh(own);
    expect(own.refreshToken).toBe(token);
    expect(endpoint.tokenOf(own)).toBe(token);
  });
});

describe('the cookie that may hold the refresh token', () => {
  const all = ['XSRF-TOKEN', 'has_session', 'session', 'sid'].map((name) => cookie(`${name}=${name}-value; Path=/`));

  it.each([
    ['is any', [], ['XSRF-TOKEN', 'has_session', 'session', 'sid']],
    ['is not that of --csrf or --hint-cookie', [...CSRF, '--hint-cookie', 'has_session'], ['session', 'sid']],
    ['is that of --cookie', ['--cookie', 'sid'], ['sid']],
  ])('%s', (_what, args, names) => {
    const { endpoint } = start(args);
    expect(endpoint.mayHoldToken(all)).toEqual(names);
    expect(endpoint.tokenOf(sessionOf(...all))).toBe(`${names[0]}-value`);
  });

  it('is named once, whatever paths it has', () => {
    const twice = [cookie('session=a; Path=/'), cookie('session=b; Path=/auth')];
    expect(start().endpoint.mayHoldToken(twice)).toEqual(['session']);
  });

  it('is the one that was found out', () => {
    const { endpoint } = start();
    endpoint.takeCookie('sid');
    expect(endpoint.cookieOf(sessionOf(...all))?.name).toBe('sid');
  });
});

describe('a preflight', () => {
  it.each([
    ['of a cookie', [], 'x-requested-with'],
    ['of double-submit protection', CSRF, 'x-requested-with,x-xsrf-token'],
    ['of a body', ['--body', 'form', ...CSRF], 'content-type'],
    ['of --header, in their order', ['--header', 'X-Api-Key: k', '--header', 'A: b'], 'a,x-api-key,x-requested-with'],
    ['of a header twice', ['--header', 'X-Requested-With: fetch'], 'x-requested-with'],
  ])('%s names the headers as a browser does', async (_what, args, names) => {
    const { endpoint, sent } = start(args);
    await endpoint.preflight(new URL(ENDPOINT), 'https://app.example.com');
    expect(sent[0]?.method).toBe('OPTIONS');
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': names,
    });
  });
});
