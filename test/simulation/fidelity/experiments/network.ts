/** Requests that outlive their page, or don't, and those that are given up. */

import { holdLock, notesOf, waitForLock } from '../acts.ts';
import type { Experiment, HeldAnswer, Lab, LabPage } from '../lab.ts';

/** A page that waits for an answer which the server keeps back, and another page. */
async function waitForAnswer(
  lab: Lab,
  keepalive: boolean,
): Promise<{ page: LabPage; other: LabPage; held: HeldAnswer }> {
  const [page, other] = [await lab.open(), await lab.open()];
  const held = lab.holdRefresh();
  await page.run((keepalive) => {
    const noteEnd = (end: string) => void window.notes.push(end);
    fetch('/auth/refresh', { method: 'POST', keepalive }).then(
      () => noteEnd('answered'),
      ({ name }) => noteEnd(name),
    );
  }, keepalive);
  await held.arrived();
  return { page, other, held };
}

/** Resolves when the page has gone: somebody else has the lock then that it held. */
async function closeForSure(lab: Lab, page: LabPage, other: LabPage): Promise<void> {
  await holdLock(page, 'life');
  await waitForLock(other, 'life');
  await page.close();
  await lab.until(other, () => window.notes.includes('got life'));
}

/** What the page hears, and what comes of the request. */
async function abort(lab: Lab, keepalive: boolean): Promise<string> {
  const page = await lab.open();
  const held = lab.holdRefresh();
  await page.run((keepalive) => {
    const controller = new AbortController();
    window.letGo.answer = () => controller.abort(new Error('no time left'));
    fetch('/auth/refresh', { method: 'POST', keepalive, signal: controller.signal }).then(
      () => window.notes.push('answered'),
      (error) => window.notes.push(error === controller.signal.reason ? error.message : error.name),
    );
  }, keepalive);
  await held.arrived();
  await page.run(() => window.letGo.answer?.());
  await lab.until(page, () => window.notes.length > 0);
  // Who gives the request up closes the connection, which is seen as long as no answer has been sent.
  if (keepalive && lab.engine !== 'firefox') held.release();
  return `${await notesOf(page)} | ${await held.end()}`;
}

export const NETWORK: readonly Experiment[] = [
  {
    title: 'a keepalive request of a page that is closed goes on, and its cookie lands',
    shows: ['the cookie landed'],
    async run(lab) {
      const { page, other, held } = await waitForAnswer(lab, true);
      await closeForSure(lab, page, other);
      held.release();
      return held.end();
    },
  },
  {
    title: 'any other request of a page that is closed is given up, and its cookie never lands',
    shows: ['the request was given up'],
    async run(lab) {
      const { page, other, held } = await waitForAnswer(lab, false);
      await closeForSure(lab, page, other);
      return held.end();
    },
  },
  {
    title: 'a keepalive request of a page that is left for another goes on, and its cookie lands',
    shows: ['the cookie landed'],
    async run(lab) {
      const { page, held } = await waitForAnswer(lab, true);
      await page.leave();
      held.release();
      return held.end();
    },
  },
  {
    title: 'a request that is aborted is given up, and its cookie never lands',
    shows: {
      chromium: ['no time left | the request was given up'],
      firefox: ['no time left | the request was given up'],
      webkit: ['AbortError | the request was given up'],
    },
    run: (lab) => abort(lab, false),
  },
  {
    title: 'a keepalive request that is aborted goes on, unknown to its page, and its cookie lands; not in Firefox',
    shows: {
      chromium: ['no time left | the cookie landed'],
      firefox: ['AbortError | the request was given up'],
      webkit: ['AbortError | the cookie landed'],
    },
    run: (lab) => abort(lab, true),
  },
  {
    title: 'a page that is offline is told so, and its requests fail',
    needs: 'setOffline',
    shows: ['offline: false TypeError | back: true 200 | offline, online'],
    async run(lab) {
      const page = await lab.open();
      await page.run(() => {
        for (const type of ['offline', 'online']) addEventListener(type, () => void window.notes.push(type));
      });
      const look = async () => {
        const answer = await page.run(() =>
          fetch('/auth/logout', { method: 'POST' }).then(
            ({ ok }) => (ok ? '200' : 'not ok'),
            ({ name }) => name,
          ),
        );
        return `${await page.run(() => navigator.onLine)} ${answer}`;
      };
      await page.setOffline(true);
      await lab.until(page, () => window.notes.length === 1);
      const offline = await look();
      await page.setOffline(false);
      await lab.until(page, () => window.notes.length === 2);
      const back = await look();
      return `offline: ${offline} | back: ${back} | ${await page.run(() => window.notes.join(', '))}`;
    },
  },
];
