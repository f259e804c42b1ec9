/** P5 of an app in a frame of another site's page: its cookie and its channels are kept apart there, or it gets no cookie at all. */

import { afterEach, describe, expect, inject, it } from 'vitest';
import { createDemoServer, type DemoServer } from '../../../demo/server/app.ts';
import { setBareStage, signIn, signOut, status } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { pageOf, testPages } from '../pages.ts';

const stage = setBareStage();

let site: DemoServer;
afterEach(() => site.close());

/** A page of another site, with the app in its only frame. */
async function openAround(server: DemoServer): Promise<Tab> {
  site = await createDemoServer({ host: 'localhost', routes: testPages() });
  const app = pageOf(server, { page: 'framed' });
  const tab = await stage.engine.open(`${site.url}/frame?of=${encodeURIComponent(app)}`);
  await expect.poll(() => tab.run(() => window.frames.length)).toBe(1);
  return tab;
}

/** Runs a function in the frame, which has to be told by its page. */
const inFrame = <T>(tab: Tab, work: () => T | Promise<T>): Promise<T> =>
  tab.run(
    (work) =>
      new Promise<T>((resolve, reject) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data: { value, error } }) => (error ? reject(new Error(error)) : resolve(value));
        window.frames[0]?.postMessage(work, '*', [port2]);
      }),
    String(work),
  );

const signInFramed = (tab: Tab) => inFrame(tab, () => window.demo.signInAs('ada').then(({ status }) => status));
const sendFramed = (tab: Tab) =>
  inFrame(tab, () =>
    Promise.all(
      ['a', 'b', 'c'].map((name) =>
        window.demo.auth.fetch(`/api/me?${name}`).then(
          (response) => response.status,
          (error) => error.code as string,
        ),
      ),
    ),
  );

describe('whose cookie never arrives', () => {
  it('a framed app without a cookie lasts as long as its token', async () => {
    const tab = await openAround(stage.server);
    expect(await signInFramed(tab)).toBe('signed-in');
    expect(await sendFramed(tab)).toEqual([200, 200, 200]);
    stage.server.expire();
    const { refreshCalls } = stage.server.stats();
    expect(await sendFramed(tab)).toEqual(['session-expired', 'session-expired', 'session-expired']);
    expect(await sendFramed(tab)).toEqual([401, 401, 401]);
    expect(await inFrame(tab, () => window.demo.auth.getState())).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(stage.server.stats().refreshCalls - refreshCalls).toBe(1);
    // And signing in stays possible.
    expect(await signInFramed(tab)).toBe('signed-in');
    await tab.close();
  });
});

/** WebKitGTK takes no `Secure` cookie over http, from loopback neither. */
describe.each(inject('engine') === 'webkit' ? [] : ['partitioned'])('whose cookie is %s', () => {
  it('a framed app’s session survives a reload, apart from its own tab', async () => {
    stage.server.settings.cookie = 'partitioned';
    const tab = await openAround(stage.server);
    const own = await stage.openTab();
    expect(await signInFramed(tab)).toBe('signed-in');
    stage.server.expire();
    expect(await sendFramed(tab)).toEqual([200, 200, 200]);
    expect(stage.server.stats()).toMatchObject({ rotations: 1, reuseAlarms: 0 });
    await tab.goto(await tab.run(() => location.href));
    await expect.poll(() => tab.run(() => window.frames.length)).toBe(1);
    expect(await inFrame(tab, () => window.demo.auth.restore().then(({ status }) => status))).toBe('signed-in');

    expect(await status(own)).toBe('restoring');
    expect(await signIn(own, 'bob')).toBe('signed-in');
    await signOut(own);
    expect(await sendFramed(tab)).toEqual([200, 200, 200]);
    expect(stage.server.stats().reuseAlarms).toBe(0);
    await tab.close();
  });
});
