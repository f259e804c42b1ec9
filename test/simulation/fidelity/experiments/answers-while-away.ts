/** What becomes of the requests of a page that is left, and may come back. */

import { noteReturns, notesOf } from '../acts.ts';
import type { Experiment, Lab } from '../lab.ts';

async function leaveWhileWaiting(lab: Lab, keepalive: boolean): Promise<string> {
  const page = await lab.open();
  await noteReturns(page);
  const held = lab.holdRefresh();
  await page.run((keepalive) => {
    const controller = new AbortController();
    window.letGo.answer = () => controller.abort();
    fetch('/auth/refresh', { method: 'POST', keepalive, signal: controller.signal }).then(
      () => window.notes.push('answered'),
      ({ name }) => window.notes.push(name),
    );
  }, keepalive);
  await held.arrived();
  await page.leave();
  // Who gives the request up closes the connection, which is seen as long as no answer has been sent.
  if (keepalive || lab.engine === 'chromium') held.release();
  const end = await held.end();
  await page.back();
  if ((await notesOf(page)) === 'loaded anew') return `${end} | loaded anew`;
  // The others leave it waiting for ever: even an abort isn't heard.
  const hearsOfIt = !keepalive || lab.engine === 'chromium';
  if (hearsOfIt) await lab.until(page, () => window.notes.length === 2);
  else
    await page.run(async () => {
      await fetch('/api/later');
      window.letGo.answer?.();
      await fetch('/api/last');
    });
  return `${end} | ${await notesOf(page)}`;
}

export const ANSWERS_WHILE_AWAY: readonly Experiment[] = [
  {
    title: 'the answer to a keepalive request of a page that is away lands; only in Chromium the page ever hears of it',
    shows: {
      chromium: ['the cookie landed | back as it was, answered'],
      firefox: ['the cookie landed | back as it was'],
      webkit: ['the cookie landed | back as it was'],
    },
    run: (lab) => leaveWhileWaiting(lab, true),
  },
  {
    title: 'any other request of a page that is left goes on in Chromium, and is given up elsewhere',
    shows: {
      chromium: ['the cookie landed | back as it was, answered'],
      firefox: ['the request was given up | loaded anew'],
      webkit: ['the request was given up | TypeError, back as it was'],
    },
    run: (lab) => leaveWhileWaiting(lab, false),
  },
];
