/** Pages behind a link: Chromium has them ready before somebody follows it, the others load them then. */

import { listen, locksSeenBy, notesOf } from '../acts.ts';
import { type Experiment, PRERENDERING } from '../lab.ts';

const LOADED_LATER = 'not loaded yet';

export const PRERENDERED_PAGES: readonly Experiment[] = [
  {
    title: 'a prerendered page gets a lock when it is shown, and those who ask meanwhile come before it',
    shows: {
      chromium: ['meanwhile: at once, held: none; pending: none | shown: prerendered, got a, answered'],
      firefox: ['meanwhile: at once, held: none; pending: none | shown: loaded, got a, answered'],
      webkit: ['meanwhile: at once, held: none; pending: none | shown: loaded, got a, answered'],
    },
    async run(lab) {
      const other = await lab.open();
      const page = await lab.link(async () => {
        window.notes.push((document as { prerendering?: boolean }).prerendering ? 'prerendered' : 'loaded');
        void navigator.locks.request('a', () => void window.notes.push('got a'));
        const query = navigator.locks.query();
        await fetch('/api/asked');
        await query;
        window.notes.push('answered');
      });
      if (lab.engine === PRERENDERING) await lab.asked('/api/asked');
      const meanwhile = await other.run(() => navigator.locks.request('a', () => 'at once'));
      await lab.until(other, () => navigator.locks.query().then(({ held }) => held?.length === 0));
      const seen = await locksSeenBy(other);
      const shown = await page.follow();
      await lab.until(shown, () => window.notes.length === 3);
      return `meanwhile: ${meanwhile}, ${seen} | shown: ${await notesOf(shown)}`;
    },
  },
  {
    title: 'what a prerendered page posts is sent when it is shown, and what is posted meanwhile it never hears',
    shows: [
      'before: heard from here | it: heard 2 | the other: heard from here, heard from the link, heard 2',
      'before: heard from here | it: heard 2 | the other: heard from here, heard 2, heard from the link',
    ],
    async run(lab) {
      const other = await lab.open();
      await listen(other);
      const page = await lab.link(async () => {
        const channel = new BroadcastChannel('lab');
        channel.onmessage = ({ data }) => void window.notes.push(`heard ${data}`);
        channel.postMessage('from the link');
        await fetch('/api/posted');
      });
      if (lab.engine === PRERENDERING) await lab.asked('/api/posted');
      const third = await lab.open();
      await third.run(() => new BroadcastChannel('lab').postMessage('from here'));
      await lab.until(other, () => window.notes.includes('heard from here'));
      const before = await notesOf(other);
      const shown = await page.follow();
      await third.run(() => new BroadcastChannel('lab').postMessage('2'));
      await lab.until(shown, () => window.notes.includes('heard 2'));
      await lab.until(other, () => window.notes.length === 3);
      return `before: ${before} | it: ${await notesOf(shown)} | the other: ${await notesOf(other)}`;
    },
  },
  {
    title: 'a prerendered page reads and writes localStorage, and its requests go out',
    shows: { chromium: ['written'], firefox: [LOADED_LATER], webkit: [LOADED_LATER] },
    async run(lab) {
      const other = await lab.open();
      const page = await lab.link(async () => {
        localStorage.setItem('key', 'written');
        await fetch('/api/written');
      });
      if (lab.engine === PRERENDERING) {
        await lab.asked('/api/written');
        await lab.until(other, () => localStorage.getItem('key') !== null);
      }
      const before = await other.run(() => localStorage.getItem('key'));
      await page.follow();
      await lab.until(other, () => localStorage.getItem('key') !== null);
      return before ?? LOADED_LATER;
    },
  },
];
