/** P12 of pages that a browser has ready before anybody goes there: Chromium prerenders them, the others load them then. */

import { expect, inject, it } from 'vitest';
import { adasTab, restored, rounds, send, setBareStage, signIn, status, subjectOf } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { type Conditions, pageOf } from '../pages.ts';

declare global {
  interface Window {
    /** See pages/prerendered.js. */
    readonly act: {
      readonly wasPrerendering: boolean;
      readonly failures: readonly string[];
      readonly outcome: Promise<unknown>;
    };
  }
}

const stage = setBareStage();

const prerenders = inject('engine') === 'chromium';

/** Milliseconds that callers wait; while a page isn't shown yet, they pass. */
const REFRESH_TIMEOUT = 1_000;

const reports = (name: string): number => stage.server.log().filter(({ requestId }) => requestId === name).length;

/** Goes to a page with a link; resolves when the page behind it has been waiting for longer than callers do. */
async function prepare(tab: Tab, act: Conditions['act'], until: 'begun' | 'out-of-time' = 'out-of-time') {
  const before = reports(until);
  const to = pageOf(stage.server, { page: 'prerendered', act, options: { refreshTimeout: REFRESH_TIMEOUT } });
  await tab.goto(`${stage.server.url}/link?to=${encodeURIComponent(to)}`);
  if (prerenders) await expect.poll(() => reports(until)).toBe(before + 1);
}

/** Follows the link; gives what came of what the page there does. */
async function follow(tab: Tab): Promise<{ outcome: unknown; failures: readonly string[] }> {
  // Gone with its page, it may never say that it has clicked.
  await tab.run(() => document.querySelector('a')?.click()).catch(() => {});
  await expect.poll(() => tab.run(() => 'act' in window).catch(() => false)).toBe(true);
  expect(await tab.run(() => window.act.wasPrerendering)).toBe(prerenders);
  return tab.run(async () => ({ outcome: await window.act.outcome, failures: window.act.failures }));
}

const openEmptyTab = () =>
  stage.openTab().then(async (tab) => {
    await tab.goto(`${stage.server.url}/elsewhere`);
    return tab;
  });

it.each([
  ['a peer’s token', 0, async () => {}],
  ['a refresh of its own', 1, (peer: Tab) => peer.close()],
])('a prerendered page’s requests are answered with %s', async (_, refreshes, prepareAll) => {
  const peer = await adasTab(stage);
  const tab = await openEmptyTab();
  await prepareAll(peer);
  await prepare(tab, 'request');
  expect(stage.server.stats().refreshCalls).toBe(0);
  expect(await follow(tab)).toEqual({ outcome: [200, 200, 200], failures: [] });
  expect(stage.server.stats()).toMatchObject({ refreshCalls: refreshes, reuseAlarms: 0 });
});

it('showing prerendered pages costs no refresh where a peer has a token', async () => {
  await adasTab(stage);
  const tab = await openEmptyTab();
  const activations = rounds(10, 100);
  let extra = 0;
  for (let count = 0; count < activations; count++) {
    const { refreshCalls } = stage.server.stats();
    await prepare(tab, 'request', 'begun');
    expect(await follow(tab)).toEqual({ outcome: [200, 200, 200], failures: [] });
    extra += stage.server.stats().refreshCalls - refreshCalls;
  }
  stage.report(`${activations} links followed to pages that Chromium has ready, ${extra} refreshes`);
  expect(extra).toBe(0);
});

it('a prerendered page asks for no session before it is shown', async () => {
  const tab = await openEmptyTab();
  await prepare(tab, 'restore');
  expect(stage.server.stats().refreshCalls).toBe(0);
  expect(await follow(tab)).toEqual({ outcome: 'signed-out', failures: [] });
  expect(stage.server.stats().refreshCalls).toBe(1);
});

it('a prerendered page is that of the user who came since', async () => {
  const peer = await adasTab(stage);
  const tab = await openEmptyTab();
  await prepare(tab, 'request');
  await signIn(peer, 'bob');
  expect(await follow(tab)).toEqual({ outcome: [200, 200, 200], failures: [] });
  expect([await subjectOf(tab), await subjectOf(peer)]).toEqual(['bob', 'bob']);
  expect(stage.server.stats()).toMatchObject({ apiRequests: { bob: 3 }, refreshCalls: 0 });
});

it('a prerendered page signs in when it is shown, not before', async () => {
  const peer = await adasTab(stage);
  const tab = await openEmptyTab();
  await prepare(tab, 'signIn');
  if (prerenders) expect([await subjectOf(peer), stage.server.stats().logins]).toEqual(['ada', 1]);
  expect(await follow(tab)).toEqual({ outcome: 'signed-in', failures: [] });
  await expect.poll(() => subjectOf(peer)).toBe('bob');
  expect(stage.server.stats().logins).toBe(2);
});

it('a prerendered page signs out when it is shown, not before', async () => {
  const peer = await adasTab(stage);
  const tab = await openEmptyTab();
  await prepare(tab, 'signOut');
  if (prerenders) expect([await status(peer), stage.server.stats().logouts]).toEqual(['signed-in', 0]);
  expect(await follow(tab)).toEqual({ outcome: true, failures: [] });
  await expect.poll(() => status(peer)).toBe('signed-out');
  expect(stage.server.stats().logouts).toBe(1);
  expect(await restored(await stage.openTab())).toBe('signed-out');
  expect(await send(peer, 1)).toEqual([401]);
});
