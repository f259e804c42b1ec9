/** P4 in real tabs with a hint cookie, or with known answer times: a closed tab’s answer is waited for no longer than it takes. */

import { describe, expect, it } from 'vitest';
import { adasTab, holdRefreshOf, restored, send, setBareStage, signIn } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { reload } from '../given.ts';
import { hinted } from '../hinted.ts';

const stage = setBareStage();

/** Half of it, longer than any of these tests, is what an answer that a page has left behind is waited for at most. */
const PATIENT = { options: { refreshTimeout: 240_000 } };

const acts: [string, (tab: Tab) => Promise<string>][] = [
  ['restore', restored],
  ['sign-in', (tab) => signIn(tab, 'bob')],
];

describe.each([
  ['with events of cookies', PATIENT],
  ['without events of cookies', { ...PATIENT, without: ['cookieStore' as const] }],
])('%s', (_, conditions) => {
  it.each(acts)('the next page’s %s goes on when a closed tab’s answer comes', async (_, act) => {
    const dying = await adasTab(stage, hinted(stage, conditions));
    const held = await holdRefreshOf(stage, dying);
    const next = await stage.openTab(hinted(stage, conditions));
    await dying.close();
    const going = act(next).then((status) => ({ status, at: performance.now() }));
    going.catch(() => {});
    // What it sends in its first moments comes before what is sent now.
    await next.run(() => fetch('/elsewhere').then(() => {}));
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, logins: 1 });
    const since = performance.now();
    held.release();
    const { status, at } = await going;
    expect(status).toBe('signed-in');
    expect(await send(next, 1)).toEqual([200]);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
    stage.report(`${Math.round(at - since)} ms after the closed tab’s answer was let go, the next page has its own`);
  });
});

it('a page reloaded in mid-refresh goes on when its predecessor’s answer comes', async () => {
  const tab = await adasTab(stage, hinted(stage, PATIENT));
  const held = await holdRefreshOf(stage, tab);
  await reload(stage, tab, hinted(stage, PATIENT));
  const restoring = restored(tab);
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('a visitor who signed in by other means survives a reload in mid-restore', async () => {
  const tab = await stage.openTab(hinted(stage, PATIENT));
  expect(await restored(tab)).toBe('signed-out');
  await tab.goto(`${stage.server.url}/elsewhere`);
  await tab.run(() =>
    fetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: 'bob', password: 'demo' }),
    }).then(() => {}),
  );
  await reload(stage, tab, hinted(stage, PATIENT));
  const held = stage.server.holdRefresh();
  void restored(tab).catch(() => {});
  await held.arrived;
  await reload(stage, tab, hinted(stage, PATIENT));
  const restoring = restored(tab);
  await tab.run(() => fetch('/elsewhere').then(() => {}));
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('without a hint, a server known to be quick is waited for a second', async () => {
  const tab = await adasTab(stage, PATIENT);
  stage.server.expire();
  expect(await send(tab, 1)).toEqual([200]);
  const held = await holdRefreshOf(stage, tab);
  await reload(stage, tab, PATIENT);
  const since = performance.now();
  const restoring = restored(tab);
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  stage.report(
    `without a hint, ${Math.round(performance.now() - since)} ms after its load the next page has its answer`,
  );
});
