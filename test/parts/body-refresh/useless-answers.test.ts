/** A refresh token counts, whatever becomes of the answer that brings it: the one before is spent (P5). */

import { type AuthClientOptions, bodyRefresh } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { memoryStorage } from '../../given/memory-storage.ts';
import { tokenServers } from '../../given/token-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { stubStorage } from '../../world/storage.ts';
import { openTab, signedInEverywhere } from '../../world/tabs.ts';

const startTokenServer = tokenServers();
beforeEach(() => {
  stopClocks();
  stubStorage();
});
afterEach(() => vi.unstubAllGlobals());

interface Answer {
  readonly access_token: string;
  readonly refresh_token: string;
}

const renewed = { token_type: 'Bearer', expires_in: 300 };
const useless: [string, (answer: Answer) => unknown, Partial<AuthClientOptions>?][] = [
  [
    'the option `subject` throws',
    (answer) => answer,
    { subject: (_, answer) => (answer as { user: { id: string } }).user.id },
  ],
  ['the option `verdict` says so', (answer) => answer, { verdict: () => 'unavailable' }],
  ['its access token has expired', (answer) => ({ ...answer, expires_in: 0 })],
  ['its expires_in is no number', (answer) => ({ ...answer, expires_in: '15m' })],
  ['its tokens are of another type', (answer) => ({ ...answer, token_type: 'jwt' })],
  ['it has errors, and no access token', (answer) => ({ ...answer, access_token: null, errors: [{ message: 'x' }] })],
  [
    'it calls itself HTML',
    (answer) => new Response(JSON.stringify(answer), { headers: { 'Content-Type': 'text/html' } }),
  ],
];

describe('an answer that is of no use brings a refresh token all the same', () => {
  it.each(useless)('%s', async (_, change, options) => {
    const presented: (string | null)[] = [];
    let serial = 1;
    const auth = openTab({
      refresh: bodyRefresh({ url: 'https://id.test/token' }),
      signOut: undefined,
      ...options,
      fetch: async (_url, init) => {
        presented.push(new URLSearchParams(String(init?.body)).get('refresh_token'));
        serial++;
        const answer = change({ ...renewed, access_token: `access-${serial}`, refresh_token: `refresh-${serial}` });
        return answer instanceof Response ? answer : Response.json(answer);
      },
    });
    const user = { id: 'ada' };
    await auth.setSession({ ...renewed, access_token: 'access-1', refresh_token: 'refresh-1', user });
    const error = failureOf(auth.refresh());
    await pass(100, 10);
    expect(await error).toMatchObject({ code: 'refresh-unavailable' });
    expect(await auth.getAccessToken()).toBe('access-1');
    await pass(40_000, 1_000);
    await failureOf(auth.refresh());

    expect(presented.slice(0, 2)).toEqual(['refresh-1', 'refresh-2']);
    expect(auth.getState().status).toBe('signed-in');
  });
});

/** Two tabs of one session, the first with a storage, and answers whose access token is of no use. */
async function twoTabs() {
  const server = startTokenServer();
  const { values, storage } = memoryStorage();
  const [one, two] = [server.openTab({ storage }), server.openTab()] as const;
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  const rotate = server.strategy.request;
  server.strategy.request = async (context) => {
    const answer = (await rotate(context)) as Response;
    return answer.ok ? Response.json({ ...(await answer.json()), accessToken: null }) : answer;
  };
  return { server, values, one, two };
}

it('it is stored, and the other tabs have it', async () => {
  const { server, values, one, two } = await twoTabs();
  await failureOf(one.refresh());
  await pass(40_000, 1_000);
  await failureOf(two.refresh());
  await pass(100, 10);

  expect([...values.values()].join()).toContain('session1-3');
  expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [], aliveSessions: ['session1'] });
});

it('it is revoked where it comes after a sign-out', async () => {
  const { server, one } = await twoTabs();
  const answer = server.hold();
  const refreshed = failureOf(one.refresh());
  await answer.arrived;
  const signedOut = one.signOut();
  await pass(100, 10);
  answer.release();
  await pass(100, 10);
  await Promise.all([refreshed, signedOut]);

  expect(server.aliveSessions).toEqual([]);
});

it('the other tabs get it where it comes after dispose()', async () => {
  const { server, one, two } = await twoTabs();
  const answer = server.hold();
  const refreshed = failureOf(one.refresh());
  await answer.arrived;
  one.dispose();
  answer.release();
  await pass(100, 10);
  await refreshed;
  const next = failureOf(two.refresh());
  await pass(2_000, 50);
  await next;

  expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [] });
});
