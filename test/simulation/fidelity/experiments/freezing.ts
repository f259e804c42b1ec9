/** Hidden pages that a browser stops to save energy. */

import { holdLock, listen, locksSeenBy, notesOf, post, waitForLock } from '../acts.ts';
import type { Experiment } from '../lab.ts';

export const FREEZING: readonly Experiment[] = [
  {
    title: 'a frozen page hears messages, and its timers wait until it thaws',
    needs: 'freeze',
    shows: ['frozen, heard 1, heard 2 | frozen, heard 1, heard 2, thawed, timer'],
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      await listen(page);
      await page.run(() => {
        const note = (what: string) => void window.notes.push(what);
        document.addEventListener('resume', () => note('thawed'));
        document.addEventListener('freeze', () => {
          note('frozen');
          setTimeout(() => note('timer'), 1);
        });
      });
      await page.freeze();
      await lab.until(page, () => window.notes.length === 1);
      for (const message of ['1', '2']) await post(other, message);
      await lab.until(page, () => window.notes.includes('heard 2'));
      const frozen = await notesOf(page);
      await page.thaw();
      await lab.until(page, () => window.notes.length === 5);
      return `${frozen} | ${await notesOf(page)}`;
    },
  },
  {
    title: 'a frozen page keeps its lock, and its place in line',
    needs: 'freeze',
    shows: ['held: a; pending: a a | held: a; pending: a | frozen: nothing | thawed: got a'],
    async run(lab) {
      const [page, waiting, behind] = [await lab.open(), await lab.open(), await lab.open()];
      await holdLock(page, 'a');
      await waitForLock(waiting, 'a');
      await page.freeze();
      await waiting.freeze();
      await waitForLock(behind, 'a');
      const seen = [await locksSeenBy(behind)];
      await page.close();
      await lab.until(behind, () => navigator.locks.query().then(({ pending }) => pending?.length === 1));
      // Its lock is granted to the frozen page, which knows nothing of it.
      seen.push(await locksSeenBy(behind), `frozen: ${(await notesOf(waiting)) || 'nothing'}`);
      await waiting.thaw();
      await lab.until(waiting, () => window.notes.length > 0);
      return [...seen, `thawed: ${await notesOf(waiting)}`].join(' | ');
    },
  },
  {
    title: 'the cookie of an answer to a frozen page lands, and the page hears of it when it thaws',
    needs: 'freeze',
    shows: ['the cookie landed | frozen: nothing | thawed, answered'],
    async run(lab) {
      const [page] = [await lab.open(), await lab.open()];
      const held = lab.holdRefresh();
      await page.run(() => {
        document.addEventListener('resume', () => void window.notes.push('thawed'));
        fetch('/auth/refresh', { method: 'POST', keepalive: true }).then(() => void window.notes.push('answered'));
      });
      await held.arrived();
      await page.freeze();
      held.release();
      const end = await held.end();
      const frozen = await notesOf(page);
      await page.thaw();
      await lab.until(page, () => window.notes.length === 2);
      return `${end} | frozen: ${frozen || 'nothing'} | ${await notesOf(page)}`;
    },
  },
];
