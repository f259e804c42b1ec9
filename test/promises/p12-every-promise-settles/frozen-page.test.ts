/** P12: Chromium stops hidden pages to save energy. They hear messages all the same, and must keep nobody out. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { MINUTE } from '../../given/durations.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { freeze, resume } from '../../world/page.ts';
import { newBrowser } from '../../world/tabs.ts';
import { rest, standing } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('a page that is frozen', () => {
  it.each<[string, (auth: AuthClient, login: () => Promise<object>) => Promise<unknown>, unknown]>([
    ['a refresh', (auth) => auth.refresh(), { subject: 'ada' }],
    ['a request', (auth) => auth.fetch(`${API}/orders`), { status: 200 }],
    ['a sign-in', (auth, login) => auth.signIn(login), { subject: 'bob' }],
    ['a sign-out', (auth) => auth.signOut(), { serverConfirmed: true }],
  ])('%s in a frozen page takes no lock until the page goes on', async (_, act, result) => {
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    server.expireAccessTokens();
    const lock = vi.spyOn(navigator.locks, 'request');
    freeze();
    lock.mockClear();
    const acting = act(auth, server.login('bob'));
    acting.catch(() => {});
    await pass(5 * MINUTE, MINUTE);
    expect(await standing(acting)).toBe('pending');
    expect(lock.mock.calls.map(([asked]) => asked)).not.toContain(`silent-refresh:${name}`);
    resume();
    await rest();

    expect(await acting).toMatchObject(result as object);
  });

  it('a page that was frozen and goes on again takes its turn as before', async () => {
    const auth = await adasTab(server);
    freeze();
    resume();

    expect(await auth.refresh()).toMatchObject({ subject: 'ada' });
    expect(server.refreshCalls).toBe(1);
  });

  it('dispose() frees those who wait in a frozen page', async () => {
    const auth = await adasTab(server);
    freeze();
    const refreshing = auth.refresh();
    refreshing.catch(() => {});
    await rest();
    auth.dispose();

    await expect(refreshing).rejects.toMatchObject({ code: 'configuration' });
    expect(server.refreshCalls).toBe(0);
  });
});
