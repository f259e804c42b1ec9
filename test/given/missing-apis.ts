/** Browsers and frames that lack what others have: a stub of what is left, and a whole life among it. */

import type { AuthClient } from 'silent-refresh';
import { expect, vi } from 'vitest';
import { API, type AuthServer } from '../world/auth-server.ts';
import { rest } from '../world/waiting.ts';
import { times } from './times.ts';

/** What the network carries without Node's own `navigator` and `BroadcastChannel`. */
export function surroundWith(navigatorParts: object): void {
  vi.stubGlobal('navigator', { userAgent: 'test', ...navigatorParts });
}

export const refuseWith = (name: string) => () => Promise.reject(new DOMException('The request was denied.', name));

export const throwing = (name: string) => () => {
  throw new DOMException('The request was denied.', name);
};

/** Web Locks that are there, and refuse everything. */
export const lockManager = (refuse: () => unknown) => ({ locks: { request: refuse, query: refuse } });

/** A whole life: sign in, refresh, many 401s at once, a refusal, sign out. */
export async function liveThrough(auth: AuthClient, server: AuthServer) {
  await auth.signIn(server.login('ada'));
  expect(await auth.refresh()).toMatchObject({ status: 'signed-in', subject: 'ada', claims: { gen: 2 } });
  server.expireAccessTokens();
  const responses = await Promise.all(times(20, () => auth.fetch(`${API}/orders`)));
  expect(responses.every(({ status }) => status === 200)).toBe(true);
  expect(server.refreshCalls).toBe(2);
  expect(server.overlaps).toBe(0);
  expect(await auth.signOut()).toEqual({ serverConfirmed: true });
  expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
  await auth.signIn(server.login('bob'));
  server.revoke('bob');
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-expired' });
  auth.dispose();
  await rest();
}
