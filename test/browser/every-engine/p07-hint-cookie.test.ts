/** P6 and P7 in real tabs with a hint cookie: who signs in or out elsewhere is seen here, by one call. */

import { describe, expect, it } from 'vitest';
import {
  adasTab,
  adasTabs,
  locksOf,
  restored,
  send,
  setBareStage,
  signIn,
  signOut,
  status,
  subjectOf,
} from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { hasCookieEvents, hinted, lookAt, signInByPage, signOutByPage } from '../hinted.ts';
import { pageOf } from '../pages.ts';

const stage = setBareStage();

/** In a page that knows nothing of the client, and is closed then. */
async function elsewhere(act: (page: Tab) => Promise<void>): Promise<void> {
  const page = await stage.engine.open(`${stage.server.url}/elsewhere`);
  await act(page);
  await page.close();
}

const signInElsewhere = () => elsewhere((page) => signInByPage(page, 'bob'));
const signOutElsewhere = () => elsewhere(signOutByPage);

it('a sign-out by a page of the server’s own signs out here, by one call', async () => {
  const tab = await adasTab(stage, hinted(stage));
  await signOutElsewhere();
  const hasEvents = await hasCookieEvents(tab);
  // An engine that tells of no cookies looks when it wakes.
  if (!hasEvents) await lookAt(tab);
  await expect.poll(() => status(tab)).toBe('signed-out');
  await lookAt(tab);
  expect(await send(tab, 1)).toEqual([401]);
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1 });
  stage.report(`tells pages of changed cookies: ${hasEvents}`);
});

it('a page without events of cookies learns of a sign-out when it wakes', async () => {
  const tab = await adasTab(stage, hinted(stage, { without: ['cookieStore'] }));
  await signOutElsewhere();
  await lookAt(tab);
  await expect.poll(() => status(tab)).toBe('signed-out');
});

it('another user, signed in by a page of the server’s own, is the user here', async () => {
  const tab = await adasTab(stage, hinted(stage));
  await signInElsewhere();
  await lookAt(tab);
  await expect.poll(() => subjectOf(tab)).toBe('bob');
  expect(await send(tab, 1)).toEqual([200]);
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
});

it('a visitor signed in by a page of the server’s own is signed in here', async () => {
  const tab = await stage.openTab(hinted(stage));
  expect(await restored(tab)).toBe('signed-out');
  await signInElsewhere();
  await lookAt(tab);
  await expect.poll(() => subjectOf(tab)).toBe('bob');
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1 });
});

it('a request that waits when another user comes is never sent as theirs', async () => {
  const tab = await adasTab(stage, hinted(stage));
  stage.server.expire();
  const held = stage.server.holdApi();
  const answer = send(tab, 1, 'adas');
  await held.arrived;
  await signInElsewhere();
  await lookAt(tab);
  await expect.poll(() => subjectOf(tab)).toBe('bob');
  held.release();
  expect(await answer).toEqual(['session-changed']);
  expect(stage.server.log().filter(({ requestId, user }) => requestId === 'adas-0' && user === 'bob')).toEqual([]);
});

const changes: [string, () => Promise<void>, string][] = [
  ['sign-in', signInElsewhere, 'signed-in'],
  ['sign-out', signOutElsewhere, 'signed-out'],
];

it.each(changes)(
  '50 tabs and one %s elsewhere make one call',
  async (_, happen, expected) => {
    const tabs = await adasTabs(stage, 50, hinted(stage));
    await happen();
    const [first] = tabs as [Tab];
    await lookAt(first);
    for (const tab of tabs) await expect.poll(() => status(tab)).toBe(expected);
    if (expected === 'signed-in') for (const tab of tabs) await expect.poll(() => subjectOf(tab)).toBe('bob');
    await expect.poll(() => locksOf(first).then(({ pending }) => pending)).toBe(0);
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, reuseAlarms: 0, overlappingRefreshes: 0 });
  },
  180_000,
);

it('its own refreshes, sign-ins and sign-outs wake no tab', async () => {
  const tabs = await adasTabs(stage, 4, hinted(stage));
  for (const tab of tabs) {
    await tab.run(() => window.demo.auth.refresh().then(() => {}));
    await lookAt(tab);
  }
  await signIn(tabs[1] as Tab, 'bob');
  for (const tab of tabs) await expect.poll(() => subjectOf(tab)).toBe('bob');
  await signOut(tabs[2] as Tab);
  for (const tab of tabs) {
    await expect.poll(() => status(tab)).toBe('signed-out');
    await lookAt(tab);
  }
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 4, reuseAlarms: 0, overlappingRefreshes: 0 });
}, 120_000);

it('a page that comes back from the cache finds who has signed in meanwhile', async () => {
  const tab = await adasTab(stage, hinted(stage));
  // Firefox keeps no page that holds a lock, and word of a sign-in is left as a lock for a second.
  await expect.poll(() => locksOf(tab).then(({ held }) => held)).toBe(0);
  await tab.goto(`${stage.server.url}/elsewhere`);
  await signInByPage(tab, 'bob');
  await tab.back();
  expect(await tab.run(() => window.surroundings.isRestored)).toBe(true);
  await expect.poll(() => subjectOf(tab)).toBe('bob');
});

describe('two subdomains', () => {
  const host = 'a.app.localhost';
  const subdomains = setBareStage({ host });

  async function openBoth(): Promise<[Tab, Tab]> {
    subdomains.server.settings.cookieDomain = 'app.localhost';
    const here = pageOf(subdomains.server, hinted(subdomains));
    const tabs: [Tab, Tab] = [
      await subdomains.engine.open(here),
      await subdomains.engine.open(here.replace(host, 'b.app.localhost')),
    ];
    return tabs;
  }

  it('a sign-in on one is seen on the other, and so is a sign-out', async () => {
    const [a, b] = await openBoth();
    expect(await restored(b)).toBe('signed-out');
    await signIn(a, 'ada');
    await lookAt(b);
    await expect.poll(() => subjectOf(b)).toBe('ada');
    await lookAt(a);
    expect(await subjectOf(a)).toBe('ada');
    await signOut(a);
    await lookAt(b);
    await expect.poll(() => status(b)).toBe('signed-out');
    // One for each that b was told of: nobody answers the other’s refresh with one of their own.
    expect(subdomains.server.stats()).toMatchObject({ refreshCalls: 2, reuseAlarms: 0 });
  });

  it('another user on one is the user on the other', async () => {
    const [a, b] = await openBoth();
    await signIn(a, 'ada');
    await lookAt(b);
    await expect.poll(() => subjectOf(b)).toBe('ada');
    await signIn(b, 'bob');
    await lookAt(a);
    await expect.poll(() => subjectOf(a)).toBe('bob');
    expect(subdomains.server.stats()).toMatchObject({ refreshCalls: 2, reuseAlarms: 0 });
  });
});
