/** Tabs of one profile, all signed in as Ada, and what becomes of their session. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer } from '../list-of-peers.ts';
import type { Profile, Tab } from '../places/chromium.ts';
import type { Chromium } from '../places/chromium.ts';
import { within } from '../places/place.ts';

export interface OpenTabs {
  readonly profile: Profile;
  readonly tabs: readonly Tab[];
}

/** The first one signs in; the others find the session as a page finds it that loads. */
export async function openTabs(chromium: Chromium, peer: Peer, count: number): Promise<OpenTabs> {
  const profile = await chromium.profile(peer.id);
  const tabs: Tab[] = [];
  for (let index = 0; index < count; index++) {
    const tab = await profile.open();
    if (index === 0) await tab.run('signIn', 'ada');
    const { status, error } = await within(15_000, tab.run('request', '/api/me'));
    if (status !== 200) throw new Error(`${peer.id}: tab ${index + 1} got ${status ?? error}`);
    tabs.push(tab);
  }
  return { profile, tabs };
}

/** More than a token's lifetime passes, for the server and for the pages' clocks. */
export async function passLifetime(server: { expire(): void }, tabs: readonly Tab[]): Promise<void> {
  server.expire();
  await Promise.all(tabs.map((tab) => tab.run('passHours', 1.02)));
}

/** Whether the next request of a tab is answered, without another sign-in. */
export async function isSignedIn(tab: Tab): Promise<boolean> {
  await sleep(50);
  const { status } = await within(15_000, tab.run('request', '/api/me')).catch(() => ({ status: 0 }));
  return status === 200;
}
