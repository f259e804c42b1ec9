/** localStorage: who sees a write, and when. */

import { holdLock, notesOf } from '../acts.ts';
import type { Experiment } from '../lab.ts';

export const STORAGE: readonly Experiment[] = [
  {
    title: 'a page sees its own writes at once, the others some time later',
    shows: ['own: 1 null | other: 2'],
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      const own = await page.run(() => {
        localStorage.setItem('key', '1');
        const first = localStorage.getItem('key');
        localStorage.removeItem('key');
        const second = localStorage.getItem('key');
        localStorage.setItem('key', '2');
        return `${first} ${second}`;
      });
      await lab.until(other, () => localStorage.getItem('key') === '2');
      return `own: ${own} | other: ${await other.run(() => localStorage.getItem('key'))}`;
    },
  },
  {
    title: 'a page that is opened later has what was stored, or gets it some time later',
    shows: ['first look: 1, in the end: 1', 'first look: null, in the end: 1'],
    async run(lab) {
      const page = await lab.open();
      await page.run(() => localStorage.setItem('key', '1'));
      const later = await lab.open();
      const first = await later.run(() => localStorage.getItem('key'));
      await lab.until(later, () => localStorage.getItem('key') !== null);
      return `first look: ${first}, in the end: ${await later.run(() => localStorage.getItem('key'))}`;
    },
  },
  {
    title: 'pages that write one item at once agree on it in the end',
    shows: ['they agree'],
    async run(lab) {
      const pages = [await lab.open(), await lab.open()];
      await Promise.all(
        pages.map((page, index) => page.run((value) => localStorage.setItem('key', value), String(index))),
      );
      const values = () => Promise.all(pages.map((page) => page.run(() => localStorage.getItem('key'))));
      for (let [one, other] = await values(); one !== other; [one, other] = await values());
      // What is stored after those writes is stored on top of them.
      await pages[0]?.run(() => localStorage.setItem('end', '1'));
      await lab.until(pages[1] as (typeof pages)[0], () => localStorage.getItem('end') !== null);
      const [one, other] = await values();
      return one === other ? 'they agree' : `${one} and ${other}`;
    },
  },
  {
    title: 'a mark that was stored under a lock may be unseen by the next holder of the lock',
    shows: ['the mark is there', 'no mark'],
    async run(lab) {
      const [holder, next] = [await lab.open(), await lab.open()];
      await holdLock(holder, 'a');
      await next.run(async () => {
        const look = () => void window.notes.push(localStorage.getItem('mark') ?? 'no mark');
        void navigator.locks.request('a', look);
        await navigator.locks.query();
      });
      await holder.run(() => {
        localStorage.setItem('mark', 'the mark is there');
        window.letGo.a?.();
      });
      await lab.until(next, () => window.notes.length > 0);
      return notesOf(next);
    },
  },
  {
    title: 'a mark that a holder stored just before its page was closed may be unseen by the next holder',
    shows: ['the mark is there', 'no mark'],
    async run(lab) {
      const [holder, next] = [await lab.open(), await lab.open()];
      await holdLock(holder, 'a');
      await next.run(async () => {
        const look = () => void window.notes.push(localStorage.getItem('mark') ?? 'no mark');
        void navigator.locks.request('a', look);
        await navigator.locks.query();
      });
      await holder.run(() => localStorage.setItem('mark', 'the mark is there'));
      await holder.close();
      await lab.until(next, () => window.notes.length > 0);
      return notesOf(next);
    },
  },
  {
    title: 'a mark that was stored before a message was posted may be unseen by those who hear the message',
    shows: ['the mark is there', 'no mark'],
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      await other.run(() => {
        new BroadcastChannel('lab').onmessage = () => void window.notes.push(localStorage.getItem('mark') ?? 'no mark');
      });
      await page.run(() => {
        localStorage.setItem('mark', 'the mark is there');
        new BroadcastChannel('lab').postMessage('1');
      });
      await lab.until(other, () => window.notes.length > 0);
      return notesOf(other);
    },
  },
];
