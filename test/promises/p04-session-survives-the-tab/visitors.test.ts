/** P4: a visitor’s page has no cookie that it could lose, so nobody waits for what it has left behind. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { othersStaySilent } from '../../given/new-tab.ts';
import { adasMarkingTab, KEY, marksIn, openMarkingTab } from '../../given/refresh-marks.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { stubStorage } from '../../world/storage.ts';
import type { openTab } from '../../world/tabs.ts';
import { gate, rest, standing } from '../../world/waiting.ts';

let server: AuthServer;
let marks: Map<string, string>;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  marks = stubStorage();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('visitors, whose page has no cookie to wait for', () => {
  const NOBODY = [[KEY, 'nobody']];

  async function visit() {
    const auth = openMarkingTab();
    await passUntil(auth.restore(), 10);
    return auth;
  }

  it('the server’s "no session" is remembered', async () => {
    const auth = await visit();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(marksIn(marks)).toEqual(NOBODY);
  });

  it('the server’s end of a session is remembered', async () => {
    const auth = await adasMarkingTab(server);
    server.revoke('ada');
    await auth.refresh().catch(() => {});
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(marksIn(marks)).toEqual(NOBODY);
  });

  it('a sign-out that the server confirms is remembered', async () => {
    const auth = openMarkingTab();
    await auth.signIn(server.login('ada'));
    expect(await auth.signOut()).toEqual({ serverConfirmed: true });
    expect(marksIn(marks)).toEqual(NOBODY);
  });

  it('a sign-out that the server doesn’t confirm is not remembered', async () => {
    server.answerLogout = () => Response.json({}, { status: 500 });
    const auth = openMarkingTab();
    await auth.signIn(server.login('ada'));
    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
    expect(marksIn(marks)).toEqual([]);
  });

  it('a sign-in while a visitor’s request is under way leaves its mark, as that of a user', async () => {
    (await visit()).dispose();
    const hold = gate<Response>();
    server.answerRefresh = () => hold.opened;
    const auth = openMarkingTab();
    void auth.restore();
    await othersStaySilent();
    const [, mark = ''] = (marks.get(KEY) ?? '').split(' ');
    await auth.setSession(server.signIn('ada'));
    expect(marksIn(marks)).toEqual([[KEY, mark]]);
    hold.open(Response.json({}, { status: 401 }));
    await rest();
    expect(marksIn(marks)).toEqual([]);
  });

  it('a visitor’s mark goes with the answer, but they stay a visitor', async () => {
    (await visit()).dispose();
    const hold = gate<Response>();
    server.answerRefresh = () => hold.opened;
    const restoring = openMarkingTab().restore();
    await othersStaySilent();
    expect(server.refreshCalls).toBe(2);
    expect(marksIn(marks)).toEqual([[KEY, expect.stringMatching(/^nobody \d+$/)]]);
    hold.open(Response.json({}, { status: 401 }));
    await restoring;
    expect(marksIn(marks)).toEqual(NOBODY);
  });

  it('a visitor’s lost request delays nothing for longer than a second', async () => {
    marks.set(KEY, `nobody ${Date.now()}`);
    const restoring = openMarkingTab().restore();
    await pass(990, 10);
    expect(server.refreshCalls).toBe(0);
    await pass(60, 10);
    expect(server.refreshCalls).toBe(1);
    expect(await restoring).toEqual({ status: 'signed-out', reason: 'no-session' });
  });

  it.each<[string, (auth: ReturnType<typeof openTab>) => Promise<unknown>]>([
    ['restore', (auth) => auth.restore()],
    ['sign-in', (auth) => auth.signIn(server.login('ada'))],
  ])('a visitor’s %s waits for nobody', async (_, act) => {
    marks.set(KEY, 'nobody');
    const acting = act(openMarkingTab());
    await othersStaySilent();
    expect(await standing(acting)).toBe('fulfilled');
  });

  it.each<[string, (auth: ReturnType<typeof openTab>) => Promise<unknown>]>([
    ['signIn()', (auth) => auth.signIn(server.login('ada'))],
    ['setSession()', (auth) => passUntil(auth.setSession(server.signIn('ada')), 10)],
    [
      'a restore that finds a cookie',
      (auth) => {
        server.signIn('ada');
        return passUntil(auth.restore(), 10);
      },
    ],
  ])('after %s a refresh leaves its mark again', async (_, enter) => {
    marks.set(KEY, 'nobody');
    const auth = openMarkingTab();
    await enter(auth);
    expect(marksIn(marks)).toEqual([]);
    const hold = server.holdRefresh();
    const refreshing = auth.refresh();
    await hold.arrived;
    expect(Number(marks.get(KEY))).toBeLessThanOrEqual(Date.now());
    hold.release();
    await refreshing;
    expect(marksIn(marks)).toEqual([]);
  });
});
