/** Messages for developers: what failed, by which figures, and without a secret in them. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { messageOf } from '../given/failures.ts';
import { holdLock } from '../given/held-locks.ts';
import { API, type AuthServer, jwt, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { newBrowser, openTab } from '../world/tabs.ts';
import { rest, until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  show('hidden');
});

/** What this answer to a refresh is called, and to a sign-in. */
const asked: [string, (answer: () => Response) => Promise<string>][] = [
  [
    'a refresh',
    async (answer) => {
      const auth = await adasTab(server);
      server.answerRefresh = answer;
      return messageOf(auth.refresh());
    },
  ],
  ['a sign-in', (answer) => messageOf(openTab().signIn(async () => answer()))],
];

const NOW = 1_700_000_000;
const json = (body: object, headers?: HeadersInit) => () => Response.json(body, headers && { headers });

describe.each(asked)('what is said of the answer to %s', (_, message) => {
  it.each<[string, () => Response, RegExp, RegExp]>([
    ['`expires_in`', json({ access_token: 'opaque', expires_in: -5 }), /\b5 s\b/, /\bexpires_in\b/],
    ['`exp` and `iat`', json({ access_token: jwt({ iat: NOW, exp: NOW - 30 }) }), /\b30 s\b/, /\bexp\b.*\biat\b/],
    [
      '`exp` and the Date header',
      json({ access_token: jwt({ exp: NOW - 120 }) }, { Date: new Date(NOW * 1_000).toUTCString() }),
      /\b120 s\b/,
      /\bexp\b.*\bDate\b/,
    ],
  ])('an expired token is told with its seconds, by %s', async (_, answer, seconds, evidence) => {
    const said = await message(answer);
    expect(said).toMatch(/expired/);
    expect(said).toMatch(seconds);
    expect(said).toMatch(evidence);
  });

  it('an answer without a token is told by its keys alone', async () => {
    const said = await message(json({ jwt_value: 'very-secret', valid_for: 60 }));
    expect(said).toMatch(/no access token/);
    expect(said).toMatch(/jwt_value.*valid_for/);
    expect(said).not.toMatch(/very-secret|\b60\b/);
  });

  it('a key that may be a token is not repeated', async () => {
    const token = jwt({ sub: 'ada', iat: NOW, exp: NOW + 60 });
    expect(await message(json({ [token]: 60, valid_for: 60 }))).not.toContain(token.slice(0, 20));
  });

  it.each<[string, () => Response]>([
    ['an empty object', json({})],
    ['a list', json([])],
    ['null', () => new Response('null')],
    ['a string', () => new Response('"very-secret"')],
  ])('an answer that is %s says that there is no access token', async (_, answer) => {
    const said = await message(answer);
    expect(said).toMatch(/no access token/);
    expect(said).not.toContain('very-secret');
  });

  it('an answer that is no JSON is called so, and isn’t quoted', async () => {
    const said = await message(() => new Response('access_token=very-secret'));
    expect(said).toMatch(/not JSON/);
    expect(said).not.toContain('very-secret');
  });
});

it('an error for want of a session begins with the call', async () => {
  const auth = openTab();
  await auth.signOut();
  expect(await messageOf(auth.refresh())).toMatch(/^refresh\(\): /);
  expect(await messageOf(auth.getAccessToken())).toMatch(/^getAccessToken\(\): /);
  expect(await messageOf(auth.refresh())).toMatch(/nobody is signed in/);
});

it('an error says that the session has ended', async () => {
  const auth = await adasTab(server);
  server.revoke('ada');
  expect(await messageOf(auth.refresh())).toBe('refresh(): the session has ended; sign in again.');
});

it('an error says that the session is somebody else’s', async () => {
  const auth = await adasTab(server);
  const hold = server.holdRefresh();
  const message = messageOf(auth.refresh());
  await hold.arrived;
  await auth.setSession(server.signIn('bob'));
  expect(await message).toBe('refresh(): somebody else has signed in since.');
  hold.release();
});

describe('what is said of a turn that never came', () => {
  /** Ada's tab, whose token has expired, behind a tab that keeps its turn. */
  async function inLine() {
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    await pass(61_000);
    return { auth, letGo: await holdLock(name) };
  }

  it.each<[string, (auth: AuthClient) => Promise<unknown>]>([
    ['a request', (auth) => auth.fetch(`${API}/orders`)],
    ['refresh()', (auth) => auth.refresh()],
    ['signIn()', (auth) => auth.signIn(server.login('bob'))],
  ])('the error of %s tells how long it waited, and for what', async (_, act) => {
    const { auth, letGo } = await inLine();
    const message = messageOf(act(auth));
    await pass(10_000, 1_000);

    const said = await message;
    expect(said).toMatch(/\b10 s\b|\b10[ ,_]?000 ms\b/);
    expect(said).toMatch(/\b(tab|turn)\b/i);
    // None has been sent.
    expect(said).not.toMatch(/request runs on/);
    await letGo();
  });

  it('a login that never ended is told with its time', async () => {
    const auth = openTab();
    const message = messageOf(auth.signIn(() => new Promise(() => {})));
    await pass(31_000, 1_000);

    expect(await message).toMatch(/\b30 s\b|\b30[ ,_]?000 ms\b/);
  });

  it('a refresh under way is told with its time, and runs on', async () => {
    const auth = await adasTab(server);
    await pass(61_000);
    const hold = server.holdRefresh();
    const message = messageOf(auth.fetch(`${API}/orders`));
    await until(() => server.refreshCalls === 1);
    await pass(10_000, 1_000);

    const said = await message;
    expect(said).toMatch(/\b10 s\b|\b10[ ,_]?000 ms\b/);
    expect(said).toMatch(/the request runs on/);
    hold.release();
    await rest();
  });
});
