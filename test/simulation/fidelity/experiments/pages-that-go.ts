/** What a page takes with it, and what it leaves to the others. */

import { holdLock, letGo, listen, locksSeenBy, notesOf, post, waitForLock } from '../acts.ts';
import type { Experiment, Lab, LabPage } from '../lab.ts';

/** A page in line for a lock that another one holds. What comes of its request it writes into localStorage, for the others. */
async function lineUp(lab: Lab): Promise<{ holder: LabPage; waiting: LabPage }> {
  const [holder, waiting] = [await lab.open(), await lab.open()];
  await holdLock(holder, 'a');
  await waiting.run(async () => {
    const report = (what: string) => localStorage.setItem('outcome', what);
    const hold = () => {
      report('granted');
      return new Promise(() => {});
    };
    navigator.locks.request('a', hold).catch(({ name }) => report(`${name}, and its scripts go on`));
    await navigator.locks.query();
  });
  return { holder, waiting };
}

export const PAGES_THAT_GO: readonly Experiment[] = [
  {
    title: 'a page that is closed frees the lock that it holds',
    shows: ['got a | held: a; pending: none'],
    async run(lab) {
      const [holder, next] = [await lab.open(), await lab.open()];
      await holdLock(holder, 'a');
      await waitForLock(next, 'a');
      await holder.close();
      await lab.until(next, () => window.notes.length > 0);
      return `${await notesOf(next)} | ${await locksSeenBy(next)}`;
    },
  },
  {
    title: 'a page that is closed frees its place in line for those behind it',
    shows: ['got a | held: a; pending: none'],
    async run(lab) {
      const { holder, waiting } = await lineUp(lab);
      const next = await lab.open();
      await waitForLock(next, 'a');
      await waiting.close();
      await lab.until(holder, () => navigator.locks.query().then(({ pending }) => pending?.length === 1));
      await letGo(holder, 'a');
      await lab.until(next, () => window.notes.length > 0);
      return `${await notesOf(next)} | ${await locksSeenBy(next)}`;
    },
  },
  {
    title: 'a page that is closed in line is silent; in WebKit its scripts may hear of it',
    shows: { chromium: ['silence'], firefox: ['silence'], webkit: ['silence', 'AbortError, and its scripts go on'] },
    async run(lab) {
      const { holder, waiting } = await lineUp(lab);
      await waiting.close();
      await lab.until(holder, () => navigator.locks.query().then(({ pending }) => !pending?.length));
      return holder.run(() => localStorage.getItem('outcome') ?? 'silence');
    },
  },
  {
    title: 'what a page has posted before it is closed arrives',
    shows: ['heard last words'],
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      await listen(other);
      await post(page, 'last words');
      await page.close();
      await lab.until(other, () => window.notes.length > 0);
      return notesOf(other);
    },
  },
  {
    title: 'what a page stores before it is closed is there for a page that is opened later',
    shows: ['stored'],
    async run(lab) {
      const [page] = [await lab.open(), await lab.open()];
      await page.run(() => localStorage.setItem('key', 'stored'));
      await page.close();
      const later = await lab.open();
      await lab.until(later, () => localStorage.getItem('key') !== null);
      return later.run(() => String(localStorage.getItem('key')));
    },
  },
];
