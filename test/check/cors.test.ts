/** What the command says of CORS: of a refusal, a preflight, an answer with a token, and of foreign origins. */

import { describe, expect, it } from 'vitest';
import { checkCors, checkCorsOfToken } from '../../src/check/checks/cors.ts';
import { answerOf, firstRefresh, onStage, type Reply, renewal } from './on-stage.ts';

const ORIGIN = 'https://app.example.com';
const FROM = ['--origin', ORIGIN];
const CSRF = ['--csrf', 'XSRF-TOKEN=X-XSRF-TOKEN'];
const BY_COOKIE = { 'Access-Control-Allow-Origin': ORIGIN, 'Access-Control-Allow-Credentials': 'true' };
const NO_COOKIE = { 'Access-Control-Allow-Origin': '*' };
const ALLOW_HEADERS = 'Access-Control-Allow-Headers';
const kept = { outcome: 'kept' };
const broken = (note: string) => ({ outcome: 'broken', note });

type Headers = Readonly<Record<string, string>>;

/** Of the server's own pages; others get none of it. */
const allowing =
  (preflight: Headers, status = 204): Reply =>
  ({ method, headers }) => {
    const isOwn = headers.get('origin') === ORIGIN;
    return new Response(null, { status: method === 'OPTIONS' ? status : 401, headers: isOwn ? preflight : {} });
  };

async function foundOfPreflight(args: readonly string[], preflight: Headers, status?: number) {
  const { stage, findings } = onStage([...FROM, ...args], allowing(preflight, status));
  await checkCors(stage, await answerOf(new Response(null, { status: 401, headers: preflight })));
  return findings['cors-preflight'];
}

describe('the headers that a preflight has to allow', () => {
  it.each<[string, string[], string]>([
    ['the own one of the client', [], 'X-Requested-With'],
    ['with --csrf that one as well', CSRF, 'X-Requested-With and X-XSRF-TOKEN'],
    ['those of --header', ['--header', 'X-Api-Key: k'], 'X-Requested-With and X-Api-Key'],
    ['with JSON its type', ['--body', 'json'], 'Content-Type'],
    ['with JSON and --csrf its type alone', ['--body', 'json', ...CSRF], 'Content-Type'],
    ['with a form and --header both', ['--body', 'form', '--header', 'X-Api-Key: k'], 'Content-Type and X-Api-Key'],
  ])('%s', async (_what, args, names) => {
    expect(await foundOfPreflight(args, BY_COOKIE)).toMatchObject(
      broken(`Access-Control-Allow-Headers lacks ${names}`),
    );
    const list = names.split(' and ').join(', ');
    expect(await foundOfPreflight(args, { ...BY_COOKIE, [ALLOW_HEADERS]: list })).toMatchObject(kept);
  });

  it('a form needs none: there is no preflight', async () => {
    const finding = { outcome: 'unchecked', note: 'a form needs none' };
    expect(await foundOfPreflight(['--body', 'form'], NO_COOKIE)).toMatchObject(finding);
  });

  it.each(['x-requested-with,x-xsrf-token', 'X-XSRF-Token  ,  X-REQUESTED-WITH , Accept'])(
    'in any case and order, with blanks or without: %s',
    async (list) => {
      expect(await foundOfPreflight(CSRF, { ...BY_COOKIE, [ALLOW_HEADERS]: list })).toMatchObject(kept);
    },
  );

  it('only those that are missing are named', async () => {
    const headers = { ...BY_COOKIE, [ALLOW_HEADERS]: 'X-Requested-With' };
    expect(await foundOfPreflight(CSRF, headers)).toMatchObject(
      broken('Access-Control-Allow-Headers lacks X-XSRF-TOKEN'),
    );
  });

  it('* stands for all of them where no cookie is sent', async () => {
    expect(await foundOfPreflight(['--body', 'json'], { ...NO_COOKIE, [ALLOW_HEADERS]: '*' })).toMatchObject(kept);
  });

  it('* stands for none of them with cookies', async () => {
    const note = 'Access-Control-Allow-Headers lacks X-Requested-With: with cookies * is no wildcard';
    expect(await foundOfPreflight([], { ...BY_COOKIE, [ALLOW_HEADERS]: '*' })).toMatchObject(broken(note));
  });
});

describe('a preflight', () => {
  const RIGHT = { ...BY_COOKIE, [ALLOW_HEADERS]: 'X-Requested-With' };

  it.each([200, 204, 299])('is answered by any status of success: %i', async (status) => {
    expect(await foundOfPreflight([], RIGHT, status)).toMatchObject(kept);
  });

  it.each([300, 401, 500])('is not answered by another status: %i', async (status) => {
    expect(await foundOfPreflight([], RIGHT, status)).toMatchObject(broken(`OPTIONS: it answered ${status}`));
  });

  it('without an answer says why', async () => {
    const { stage, findings } = onStage(FROM, () => Promise.reject(new TypeError('fetch failed')));
    await checkCors(stage, await answerOf(new Response(null, { status: 401, headers: BY_COOKIE })));
    expect(findings['cors-preflight']).toMatchObject(broken('OPTIONS: no answer came (network error)'));
  });

  it('must allow the origin, whatever it allows else', async () => {
    expect(await foundOfPreflight([], { [ALLOW_HEADERS]: 'X-Requested-With' })).toMatchObject(
      broken('there is no Access-Control-Allow-Origin'),
    );
  });
});

describe('whether the page may read an answer', () => {
  const WILDCARD = 'Access-Control-Allow-Origin is *, which browsers refuse with cookies';

  it.each<[string, string[], Headers, object]>([
    ['its origin, with credentials', [], BY_COOKIE, kept],
    ['nothing', [], {}, broken('there is no Access-Control-Allow-Origin')],
    [
      'another origin',
      [],
      { ...BY_COOKIE, 'Access-Control-Allow-Origin': 'https://www.example.com' },
      broken('Access-Control-Allow-Origin names another origin'),
    ],
    [
      'its origin without credentials',
      [],
      { 'Access-Control-Allow-Origin': ORIGIN },
      broken("Access-Control-Allow-Credentials isn't true"),
    ],
    [
      'credentials that are not true',
      [],
      { ...BY_COOKIE, 'Access-Control-Allow-Credentials': 'false' },
      broken("Access-Control-Allow-Credentials isn't true"),
    ],
    ['* with cookies', [], NO_COOKIE, broken(WILDCARD)],
    ['* without cookies', ['--body', 'form'], NO_COOKIE, kept],
    ['its origin without cookies', ['--body', 'form'], { 'Access-Control-Allow-Origin': ORIGIN }, kept],
    [
      'another origin without cookies',
      ['--body', 'form'],
      { 'Access-Control-Allow-Origin': 'https://www.example.com' },
      broken('Access-Control-Allow-Origin names another origin'),
    ],
  ])('the answer allows %s', async (_what, args, headers, finding) => {
    const { stage, findings } = onStage([...FROM, ...args]);
    await checkCors(stage, await answerOf(new Response(null, { status: 401, headers })));
    expect(findings['cors-refusal']).toMatchObject(finding);
    checkCorsOfToken(stage, firstRefresh(await answerOf(renewal([], headers))));
    expect(findings['cors-answer']).toMatchObject(finding);
  });

  it('of * the advice is the exact origin; of all else there is none of its own', async () => {
    const { stage, findings } = onStage(FROM);
    await checkCors(stage, await answerOf(new Response(null, { status: 401, headers: NO_COOKIE })));
    expect(findings['cors-refusal']?.todo).toMatch(/^Send the page's exact origin instead of \*/);
    expect(findings['cors-preflight']?.todo).toBeUndefined();
  });

  it('is not asked without --origin', async () => {
    const { stage, findings } = onStage();
    await checkCors(stage, await answerOf(new Response(null, { status: 401 })));
    checkCorsOfToken(stage, firstRefresh(await answerOf(renewal())));
    expect(Object.keys(findings)).toEqual(['cors-foreign']);
  });
});

describe('the headers that the page may read of an answer', () => {
  it.each<[string, string[], string | undefined, object]>([
    ['both', [], 'Date, Retry-After', kept],
    ['both in small letters', [], 'retry-after,date', kept],
    ['Date alone', [], 'Date', broken("Retry-After can't be read")],
    ['Retry-After alone', [], 'Retry-After', broken("Date can't be read")],
    ['none', [], undefined, broken("Date and Retry-After can't be read")],
    ['* with cookies', [], '*', broken("Date and Retry-After can't be read")],
    ['* without cookies', ['--body', 'form'], '*', kept],
    ['none without cookies', ['--body', 'form'], undefined, broken("Date and Retry-After can't be read")],
  ])('the answer exposes %s', async (_what, args, exposed, finding) => {
    const { stage, findings } = onStage([...FROM, ...args]);
    const headers = exposed === undefined ? {} : { 'Access-Control-Expose-Headers': exposed };
    checkCorsOfToken(stage, firstRefresh(await answerOf(renewal([], headers))));
    expect(findings['cors-expose']).toMatchObject(finding);
  });
});

describe('origins that are not allowed', () => {
  it.each([
    ['https://attacker.example', FROM],
    ['null', FROM],
    [`${ORIGIN}.attacker.example`, FROM],
    ['https://id.example.com.attacker.example', []],
  ])('%s, and the preflight or the answer allows it', async (foreign, args) => {
    for (const method of ['OPTIONS', 'POST']) {
      const { stage, findings } = onStage(args, (request) => {
        const origin = request.headers.get('origin') ?? '';
        const isAllowed = request.method === method && origin === foreign;
        return new Response(null, {
          status: 401,
          headers: isAllowed ? { ...BY_COOKIE, 'Access-Control-Allow-Origin': origin } : {},
        });
      });
      await checkCors(stage, await answerOf(new Response(null, { status: 401 })));
      const note = `Origin: ${foreign} is allowed: its pages can take tokens`;
      expect(findings['cors-foreign'], method).toMatchObject(broken(note));
    }
  });

  it('are right to be told nothing, or * without cookies', async () => {
    for (const headers of [{}, NO_COOKIE]) {
      const { stage, findings } = onStage(FROM, () => new Response(null, { status: 401, headers }));
      await checkCors(stage, await answerOf(new Response(null, { status: 401 })));
      expect(findings['cors-foreign']).toMatchObject(kept);
    }
  });
});
