/** Tabs of one profile, all signed in as Ada, and what becomes of their session. */

import type { Peer } from '../list-of-peers.ts';
import type { Chromium, Profile, Tab } from '../places/chromium.ts';
import { within } from '../places/place.ts';

export interface OpenTabs {
  readonly profile: Profile;
  readonly tabs: Tab[];
  /** By how many hours the clocks of its tabs are ahead. */
  hours: number;
}

/** A little more than a token's lifetime. */
const HOURS = 1.02;

/** The first one signs in; the others find the session as a page finds it that loads. */
export async function openTabs(chromium: Chromium, peer: Peer, count: number): Promise<OpenTabs> {
  const open: OpenTabs = { profile: await chromium.profile(peer.id), tabs: [], hours: 0 };
  try {
    await openMore(open, count);
    return open;
  } catch (error) {
    await open.profile.close();
    throw error;
  }
}

/** Until there are so many. */
export async function openMore({ profile, tabs, hours }: OpenTabs, count: number): Promise<void> {
  while (tabs.length < count) {
    const tab = await profile.open({ hours });
    tabs.push(tab);
    if (tabs.length === 1) await tab.run('signIn', 'ada');
    const { status, error } = await within(15_000, tab.run('request', '/api/me'));
    if (status !== 200) throw new Error(`tab ${tabs.length} got ${status ?? error}`);
  }
}

/** After it all tabs have good tokens again; those that don't come back by themselves are opened anew. */
export async function signInAgain({ profile, tabs, hours }: OpenTabs, how: 'anew' | 'as they are'): Promise<void> {
  if (how === 'anew') await tabs[0]?.run('signIn', 'ada');
  for (const [index, tab] of tabs.entries()) {
    if (await isSignedIn(tab)) continue;
    await tab.close();
    const next = await profile.open({ hours });
    if (index === 0) await next.run('signIn', 'ada');
    await next.run('request', '/api/me');
    tabs[index] = next;
  }
}

/** More than a token's lifetime passes, for the server and for the pages' clocks. */
export async function passLifetime(server: { expire(): void }, open: Pick<OpenTabs, 'tabs' | 'hours'>): Promise<void> {
  server.expire();
  open.hours += HOURS;
  await Promise.all(open.tabs.map((tab) => tab.run('passHours', HOURS)));
}

/** Whether the next request of a tab is answered, without another sign-in. */
export async function isSignedIn(tab: Tab): Promise<boolean> {
  const { status } = await within(10_000, tab.run('request', '/api/me')).catch(() => ({ status: 0 }));
  return status === 200;
}
