/** What `getState()` gives: snapshots that are frozen, and stay the same object until something changes. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { API, type AuthServer, jwt, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { openTabs, record } from '../world/tabs.ts';
import { until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('state snapshots are frozen and stable', () => {
  it('a snapshot stays the same until something changes, and is frozen', async () => {
    const [auth] = openTabs(1) as [AuthClient];
    const snapshots = [auth.getState()];
    auth.subscribe(() => snapshots.push(auth.getState()));
    await auth.signIn(server.login('ada'));
    await auth.fetch(`${API}/orders`);
    expect(auth.getState()).toBe(auth.getState());
    expect(await auth.restore()).toBe(auth.getState());
    expect(snapshots).toHaveLength(2);

    server.answerRefresh = () => Response.error();
    await auth.refresh().catch(() => {});
    expect(auth.getState()).toBe(snapshots[1]);
    server.answerRefresh = undefined;
    const refreshed = auth.refresh();
    await pass(2_000);
    expect(await refreshed).toBe(snapshots[2]);
    await auth.signOut();
    expect(snapshots.map(({ status }) => status)).toEqual(['restoring', 'signed-in', 'signed-in', 'signed-out']);

    for (const snapshot of snapshots) {
      expect(Object.isFrozen(snapshot)).toBe(true);
      expect(() => Object.assign(snapshot, { status: 'signed-in' })).toThrow(TypeError);
      const claims = 'claims' in snapshot ? snapshot.claims : undefined;
      expect(claims === undefined || Object.isFrozen(claims)).toBe(true);
    }
  });

  it.each([
    ['null', null],
    ['a string', 'ada'],
    ['a number', 17],
    ['true', true],
  ])('a token whose payload is %s has no claims', async (_, payload) => {
    const [auth] = openTabs(1) as [AuthClient];
    await auth.setSession({ access_token: jwt(payload as unknown as object), expires_in: 60 });

    expect(auth.getState()).toMatchObject({ status: 'signed-in', claims: undefined, subject: undefined });
  });

  it('every listener sees each snapshot of getState() once', async () => {
    const [auth] = openTabs(1) as [AuthClient];
    const listeners = Array.from({ length: 3 }, () => vi.fn(() => auth.getState()));
    for (const listener of listeners) auth.subscribe(listener);
    await auth.signIn(server.login('ada'));
    for (const listener of listeners) {
      expect(listener).toHaveBeenCalledTimes(1);
      expect(listener).toHaveReturnedWith(auth.getState());
    }
  });

  it('event details are frozen, too', async () => {
    const tabs = openTabs(2);
    const events = tabs.flatMap((tab) => [record(tab)]);
    await tabs[0]?.signIn(server.login('ada'));
    await tabs[0]?.refresh();
    await until(() => events[1]?.some(({ name }) => name === 'refreshed'));
    expect(events.flat().length).toBeGreaterThan(3);
    for (const { detail } of events.flat()) expect(Object.isFrozen(detail)).toBe(true);
  });
});
