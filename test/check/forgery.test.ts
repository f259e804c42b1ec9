/** What the command says of requests that a page of another site could send, and what it sends as such. */

import { describe, expect, it } from 'vitest';
import { checkForgery } from '../../src/check/checks/forgery.ts';
import { answerOf, cookie, firstRefresh, onStage, renewal } from './on-stage.ts';

const SIGNED_IN = cookie('session=token-0; Path=/auth');
const refused = (status = 403) => Response.json({}, { status });
const page = (status: number) => new Response('<!doctype html>', { status, headers: { 'Content-Type': 'text/html' } });

/** @param answers one after the other; then each refresh succeeds */
async function found(args: readonly string[], ...answers: (Response | Error)[]) {
  const sent: Request[] = [];
  const { stage, findings } = onStage(args, async (request) => {
    sent.push(request);
    const answer = answers.shift() ?? renewal();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  stage.endpoint.takeCookie('session');
  const csrf = cookie('XSRF-TOKEN=csrf-token; Path=/');
  const first = firstRefresh(await answerOf(renewal()), SIGNED_IN, csrf);
  await checkForgery(stage, first);
  return { findings, sent };
}

describe('what is sent', () => {
  it('is a refresh without the header, a right one, one by GET, and a right one again', async () => {
    const { findings, sent } = await found([], refused(), renewal(), refused(405), renewal());
    expect(sent.map(({ method, headers }) => [method, headers.get('x-requested-with')])).toEqual([
      ['POST', null],
      ['POST', 'silent-refresh'],
      ['GET', 'silent-refresh'],
      ['POST', 'silent-refresh'],
    ]);
    expect(findings).toEqual({ forgery: { outcome: 'kept' }, get: { outcome: 'kept' } });
  });

  it('has the cookie, and with --csrf all but its header', async () => {
    const { sent } = await found(['--csrf', 'XSRF-TOKEN=X-XSRF-TOKEN'], refused());
    expect(sent[0]?.headers.get('cookie')).toContain('session=token-0');
    expect(sent[0]?.headers.get('x-xsrf-token')).toBeNull();
    expect(sent[1]?.headers.get('x-xsrf-token')).toBe('csrf-token');
  });

  it('where it gives a token, is sent as a form of another site sends it', async () => {
    const { findings, sent } = await found(
      ['--csrf', 'XSRF-TOKEN=X-XSRF-TOKEN', '--header', 'X-Api-Key: key'],
      renewal(),
      refused(),
      renewal(),
    );
    expect(sent[0]?.headers.get('x-api-key')).toBeNull();
    const form = Object.fromEntries(sent[1]?.headers ?? []);
    expect(form).toMatchObject({
      origin: 'https://attacker.example',
      'content-type': 'application/x-www-form-urlencoded',
    });
    for (const name of ['x-api-key', 'x-requested-with', 'x-xsrf-token']) expect(form).not.toHaveProperty(name);
    expect(findings.forgery).toEqual({ outcome: 'kept', note: 'by its Origin: it needs no X-XSRF-TOKEN' });
  });

  it('is nothing where a body holds the refresh token', async () => {
    const { findings, sent } = await found(['--body', 'json']);
    const none = { outcome: 'unchecked', note: 'without a cookie nothing can be forged' };
    expect(findings).toEqual({ forgery: none, get: none });
    expect(sent).toEqual([]);
  });
});

describe('what is said of it', () => {
  const TODO = "Require the header X-Requested-With: a form of another site can't send it.";
  const kept = (note?: string) => ({ outcome: 'kept', note });
  const broken = (note: string) => ({ outcome: 'broken', note, todo: TODO });
  const deleting = refused();
  deleting.headers.append('Set-Cookie', 'session=; Path=/auth; Max-Age=0');

  it.each<[string, (Response | Error)[], object]>([
    ['a token, for a form too', [renewal(), renewal()], broken('without X-Requested-With it gave a token')],
    [
      'a refusal that changes the cookie',
      [deleting],
      broken('without X-Requested-With it answered 403, and changed the cookie all the same'),
    ],
    [
      'a refusal that spends the token',
      [refused(), refused(401)],
      broken('without X-Requested-With it answered 403, and the refresh token was spent all the same'),
    ],
    [
      'no answer, and a token that is spent',
      [new TypeError('fetch failed'), refused(401)],
      broken('without X-Requested-With no answer came (network error), and the refresh token was spent all the same'),
    ],
    ['a page', [page(200)], kept('a page, and no token')],
    ['JSON without a token', [refused(200)], kept('200, and no token')],
    ['a page of failure', [page(403)], kept()],
    ['a redirect', [refused(300)], kept()],
  ])('of %s', async (_what, answers, finding) => {
    expect((await found([], ...answers)).findings.forgery).toEqual(finding);
  });

  it('of a token by GET', async () => {
    const { findings } = await found([], refused(), renewal(), renewal());
    expect(findings.get).toMatchObject({ outcome: 'broken', note: 'by GET it gave a token' });
  });

  it('of a deleted cookie goes on with the cookie as it was', async () => {
    const gone = refused();
    gone.headers.append('Set-Cookie', 'session=; Path=/auth; Max-Age=0');
    const { sent } = await found([], gone, refused(405));
    expect(sent[1]?.method).toBe('GET');
    expect(sent[1]?.headers.get('cookie')).toContain('session=token-0');
  });

  it('of GET is nothing where the session is over by then', async () => {
    const { findings } = await found([], refused(), refused(401));
    expect(findings).not.toHaveProperty('get');
  });
});
