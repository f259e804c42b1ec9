/** Pages that are left and come back: kept by the browser as they were, or loaded anew. */

import { listen, noteReturns, notesOf, post } from '../acts.ts';
import type { Experiment } from '../lab.ts';

export const BACK_FORWARD: readonly Experiment[] = [
  {
    title: 'a page with a channel, which has used a lock, comes back as it was',
    shows: ['back as it was, got a, heard 1'],
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      await noteReturns(page);
      await listen(page);
      await page.run(() => navigator.locks.request('a', () => {}));
      await lab.until(page, () => navigator.locks.query().then(({ held }) => held?.length === 0));
      await page.leave();
      await page.back();
      await lab.until(page, () => window.notes?.length !== 0);
      await page.run(() => navigator.locks.request('a', () => void window.notes.push('got a')));
      await post(other, '1');
      await lab.until(page, () => window.notes.at(-1) !== 'got a');
      return notesOf(page);
    },
  },
  {
    title: 'what a page hears of its leaving and its return',
    shows: {
      chromium: ['pagehide, hidden, freeze, resume, visible, pageshow'],
      firefox: ['pagehide, hidden, visible, pageshow'],
      webkit: ['pagehide, hidden, visible, pageshow'],
    },
    async run(lab) {
      const page = await lab.open();
      await page.run(() => {
        const note = ({ type }: Event) => void window.notes.push(type);
        for (const type of ['pagehide', 'pageshow']) addEventListener(type, note);
        for (const type of ['freeze', 'resume']) document.addEventListener(type, note);
        document.addEventListener('visibilitychange', () => void window.notes.push(document.visibilityState));
      });
      await page.leave();
      await page.back();
      await lab.until(
        page,
        () => !window.notes || ['visible', 'pageshow'].every((note) => window.notes.includes(note)),
      );
      return notesOf(page);
    },
  },
  {
    title: 'a page that a message comes for while it is away',
    shows: {
      // Where it comes so late that the page is back.
      chromium: ['loaded anew', 'back as it was, heard 1, heard 2'],
      firefox: ['loaded anew', 'back as it was, heard 1, heard 2'],
      webkit: ['back as it was, heard 2', 'back as it was, heard 1, heard 2'],
    },
    async run(lab) {
      const [page, other, third] = [await lab.open(), await lab.open(), await lab.open()];
      await noteReturns(page);
      await listen(page);
      await listen(other);
      await page.leave();
      await post(third, '1');
      await lab.until(other, () => window.notes.length > 0);
      await page.back();
      if ((await notesOf(page)) === 'loaded anew') return 'loaded anew';
      await post(third, '2');
      await lab.until(page, () => window.notes.at(-1) === 'heard 2');
      return notesOf(page);
    },
  },
];
