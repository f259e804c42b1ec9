/** What becomes of the locks of a page that is left, and may come back. */

import { askIfAvailable, holdLock, letGo, locksSeenBy, noteReturns, notesOf, waitForLock } from '../acts.ts';
import type { Experiment, Lab, LabPage } from '../lab.ts';

/** What the page has to say once it is back: how it came, and what it has learnt of its lock. */
async function returned(lab: Lab, page: LabPage): Promise<string> {
  await page.back();
  // WebKit tells it then that it has lost its lock, or its place in line.
  if (lab.engine === 'webkit') await lab.until(page, () => window.notes.length === 2);
  await lab.until(page, () => window.notes?.length !== 0);
  return notesOf(page);
}

export const LOCKS_WHILE_AWAY: readonly Experiment[] = [
  {
    title:
      'a page that holds a lock when it is left keeps it in Chromium, loses it in WebKit, and isn’t kept in Firefox',
    shows: {
      chromium: ['back as it was | held: a; pending: none'],
      firefox: ['loaded anew | held: none; pending: none'],
      webkit: ['back as it was, AbortError | held: none; pending: none'],
    },
    async run(lab) {
      const page = await lab.open();
      await noteReturns(page);
      await holdLock(page, 'a');
      await page.leave();
      return `${await returned(lab, page)} | ${await locksSeenBy(page)}`;
    },
  },
  {
    title: 'whoever asks for the lock of a page that is away gets it',
    shows: {
      chromium: ['got a | loaded anew'],
      firefox: ['got a | loaded anew'],
      webkit: ['got a | back as it was, AbortError'],
    },
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      await noteReturns(page);
      await holdLock(page, 'a');
      await page.leave();
      await waitForLock(other, 'a');
      await lab.until(other, () => window.notes.length > 0);
      return `${await notesOf(other)} | ${await returned(lab, page)}`;
    },
  },
  {
    title: 'in Chromium, those who stood in line already wait on, as long as the page is away',
    shows: {
      chromium: ['back as it was | held: a; pending: a'],
      firefox: ['loaded anew | held: a; pending: none'],
      webkit: ['back as it was, AbortError | held: a; pending: none'],
    },
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      await noteReturns(page);
      await holdLock(page, 'a');
      await waitForLock(other, 'a');
      await page.leave();
      if (lab.engine !== 'chromium') await lab.until(other, () => window.notes.length > 0);
      return `${await returned(lab, page)} | ${await locksSeenBy(other)}`;
    },
  },
  {
    title: 'in Chromium, whoever asks then frees the lock, and yet nobody gets it until one in line goes',
    shows: {
      chromium: ['asked: null | loaded anew | held: none; pending: a | in the end: got a'],
      firefox: ['asked: null | loaded anew | held: a; pending: none | in the end: got a'],
      webkit: ['asked: null | back as it was, AbortError | held: a; pending: none | in the end: got a'],
    },
    async run(lab) {
      const [page, other, third] = [await lab.open(), await lab.open(), await lab.open()];
      await noteReturns(page);
      await holdLock(page, 'a');
      await waitForLock(other, 'a');
      await page.leave();
      if (lab.engine !== 'chromium') await lab.until(other, () => window.notes.length > 0);
      const seen = [`asked: ${await askIfAvailable(third, 'a')}`, await returned(lab, page), await locksSeenBy(third)];
      await waitForLock(third, 'a');
      await other.close();
      await lab.until(third, () => window.notes.length > 0);
      return [...seen, `in the end: ${await notesOf(third)}`].join(' | ');
    },
  },
  {
    title: 'once somebody queries the locks, those who stood in line have that of a page that is away',
    shows: {
      chromium: ['got a | loaded anew'],
      firefox: ['got a | loaded anew'],
      webkit: ['got a | back as it was, AbortError'],
    },
    async run(lab) {
      const [page, other, third] = [await lab.open(), await lab.open(), await lab.open()];
      await noteReturns(page);
      await holdLock(page, 'a');
      await waitForLock(other, 'a');
      await page.leave();
      await locksSeenBy(third);
      await lab.until(other, () => window.notes.length > 0);
      return `${await notesOf(other)} | ${await returned(lab, page)}`;
    },
  },
  {
    title: 'a page that waits for a lock when it is left gets it in Chromium, and has lost its place elsewhere',
    shows: {
      chromium: ['back as it was, got a'],
      firefox: ['loaded anew'],
      webkit: ['back as it was, AbortError'],
    },
    async run(lab) {
      const [holder, page] = [await lab.open(), await lab.open()];
      await noteReturns(page);
      await holdLock(holder, 'a');
      await waitForLock(page, 'a');
      await page.leave();
      await letGo(holder, 'a');
      const seen = await returned(lab, page);
      if (lab.engine !== 'chromium') return seen;
      await lab.until(page, () => window.notes.length === 2);
      return notesOf(page);
    },
  },
  {
    title: 'the lock that a page gets while it is away is lost to those behind it until somebody queries the locks',
    shows: {
      chromium: ['got a | loaded anew'],
      firefox: ['got a | loaded anew'],
      webkit: ['got a | back as it was, AbortError'],
    },
    async run(lab) {
      const [holder, page, behind] = [await lab.open(), await lab.open(), await lab.open()];
      await noteReturns(page);
      await holdLock(holder, 'a');
      await waitForLock(page, 'a');
      await waitForLock(behind, 'a');
      await page.leave();
      await letGo(holder, 'a');
      await lab.until(holder, () => navigator.locks.query().then(({ pending }) => pending?.length === 0));
      await lab.until(behind, () => window.notes.length > 0);
      return `${await notesOf(behind)} | ${await returned(lab, page)}`;
    },
  },
];
