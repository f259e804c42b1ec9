/** Tabs of one browser: clients in one process, on Node's own Web Locks and BroadcastChannel. */

import { type AuthClient, type AuthClientOptions, type AuthEvents, createAuthClient } from 'silent-refresh';
import { until } from './waiting.ts';

const open = new Set<AuthClient>();
let browsers = 0;

/** A name that no other test's clients share. */
export const newBrowser = (): string => `browser-${++browsers}`;

/** Opens a tab; it is closed after the test. */
export function openTab(options: Partial<AuthClientOptions> = {}): AuthClient {
  const auth = createAuthClient({
    name: newBrowser(),
    refresh: '/auth/refresh',
    signOut: '/auth/logout',
    allowedOrigins: ['https://api.test'],
    ...options,
  });
  open.add(auth);
  return auth;
}

/** Several tabs of one browser. */
export function openTabs(count: number, options: Partial<AuthClientOptions> = {}): AuthClient[] {
  const name = newBrowser();
  return Array.from({ length: count }, () => openTab({ name, ...options }));
}

/** Two tabs of one browser, by name. */
export function openTwoTabs(options: Partial<AuthClientOptions> = {}): readonly [AuthClient, AuthClient] {
  const name = newBrowser();
  return [openTab({ name, ...options }), openTab({ name, ...options })];
}

/** Resolves once each tab has heard of the session. */
export const signedInEverywhere = (...tabs: AuthClient[]): Promise<void> =>
  until(() => tabs.every((tab) => tab.getState().status === 'signed-in'), 'every tab is signed in');

export function disposeClients(): void {
  for (const auth of open) auth.dispose();
  open.clear();
}

/** All events of a client but `problem`, in their order. */
export function record(auth: AuthClient): { name: keyof AuthEvents; detail: unknown }[] {
  const seen: { name: keyof AuthEvents; detail: unknown }[] = [];
  const names: (keyof AuthEvents)[] = [
    'signed-in',
    'refreshed',
    'refresh-failed',
    'replayed',
    'signed-out',
    'user-changed',
    'challenge',
  ];
  for (const name of names) auth.on(name, (detail) => seen.push({ name, detail }));
  return seen;
}
