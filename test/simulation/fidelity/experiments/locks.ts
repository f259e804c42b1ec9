/** Web Locks among pages that stay. */

import { askIfAvailable, holdLock, letGo, locksSeenBy, notesOf, waitForLock } from '../acts.ts';
import type { Experiment } from '../lab.ts';

export const LOCKS: readonly Experiment[] = [
  {
    title: 'a lock is granted in the order of requests, from page to page',
    shows: ['held: a; pending: a a | held: a; pending: a | first: got a | held: a; pending: none | second: got a'],
    async run(lab) {
      const [holder, first, second] = [await lab.open(), await lab.open(), await lab.open()];
      await holdLock(holder, 'a');
      await waitForLock(first, 'a');
      await waitForLock(second, 'a');
      const seen = [await locksSeenBy(holder)];
      await letGo(holder, 'a');
      await lab.until(first, () => window.notes.length > 0);
      seen.push(await locksSeenBy(holder), `first: ${await notesOf(first)}`);
      await letGo(first, 'a');
      await lab.until(second, () => window.notes.length > 0);
      seen.push(await locksSeenBy(holder), `second: ${await notesOf(second)}`);
      return seen.join(' | ');
    },
  },
  {
    title: 'within a page, requests of one name take turns in their order, and another name is free meanwhile',
    shows: ['begin 1, b, end 1, begin 2, end 2, begin 3, end 3'],
    async run(lab) {
      const page = await lab.open();
      await page.run(async () => {
        const takeTurn = (turn: number) =>
          navigator.locks.request('a', async () => {
            window.notes.push(`begin ${turn}`);
            if (turn === 1) await navigator.locks.request('b', () => void window.notes.push('b'));
            window.notes.push(`end ${turn}`);
          });
        await Promise.all([takeTurn(1), takeTurn(2), takeTurn(3)]);
      });
      return notesOf(page);
    },
  },
  {
    title: 'a request that is aborted leaves the line, and rejects with the signal’s reason',
    shows: ['given up: no time left | held: a; pending: a | got a'],
    async run(lab) {
      const [holder, next] = [await lab.open(), await lab.open()];
      await holdLock(holder, 'a');
      const refusal = holder.run(async () => {
        const controller = new AbortController();
        const request = navigator.locks.request('a', { signal: controller.signal }, () => 'granted');
        await navigator.locks.query();
        controller.abort(new Error('no time left'));
        return request.catch(({ message }) => `given up: ${message}`);
      });
      const seen = [await refusal];
      await waitForLock(next, 'a');
      seen.push(await locksSeenBy(holder));
      await letGo(holder, 'a');
      await lab.until(next, () => window.notes.length > 0);
      return [...seen, await notesOf(next)].join(' | ');
    },
  },
  {
    title: 'a signal that is aborted already asks for nothing; aborted after the grant, it changes nothing',
    shows: {
      chromium: ['given up: too late | still held | done'],
      firefox: ['given up: too late | still held | done'],
      webkit: ['given up: AbortError | still held | done'],
    },
    async run(lab) {
      const page = await lab.open();
      return page.run(async () => {
        const signal = AbortSignal.abort(new Error('too late'));
        const early = await navigator.locks
          .request('a', { signal }, () => 'granted')
          .catch((error) => (error === signal.reason ? error.message : error.name));
        const controller = new AbortController();
        let held: LockInfo[] | undefined;
        const late = await navigator.locks.request('a', { signal: controller.signal }, async () => {
          controller.abort(new Error('too late'));
          ({ held } = await navigator.locks.query());
          return 'done';
        });
        return [`given up: ${early}`, held?.length === 1 ? 'still held' : 'let go', late].join(' | ');
      });
    },
  },
  {
    title: 'a request with ifAvailable gets null while the name is held, and while it is waited for',
    shows: ['free: a lock | held: null | waited for: null'],
    async run(lab) {
      const [page, other] = [await lab.open(), await lab.open()];
      const free = await askIfAvailable(other, 'a');
      await holdLock(page, 'a');
      const held = await askIfAvailable(other, 'a');
      // The next in line has the lock before the manager comes to the request that follows the release.
      await waitForLock(other, 'a');
      const waitedFor = await page.run(async () => {
        window.letGo.a?.();
        await Promise.resolve();
        return navigator.locks.request('a', { ifAvailable: true }, (lock) => (lock ? 'a lock' : 'null'));
      });
      return `free: ${free} | held: ${held} | waited for: ${waitedFor}`;
    },
  },
  {
    title: 'a query that is asked after a request of the same page knows of that request',
    shows: ['held: a; pending: a'],
    async run(lab) {
      const page = await lab.open();
      return page.run(async () => {
        const end = new Promise<void>((resolve) => {
          window.letGo.a = resolve;
        });
        for (let i = 0; i < 2; i++) void navigator.locks.request('a', () => end);
        const { held = [], pending = [] } = await navigator.locks.query();
        return `held: ${held.map(({ name }) => name)}; pending: ${pending.map(({ name }) => name)}`;
      });
    },
  },
  {
    title: 'a mark that a holder asked for, and queried after, is known to the next holder of the lock',
    shows: ['the mark is held'],
    async run(lab) {
      const [page, next] = [await lab.open(), await lab.open()];
      await holdLock(page, 'a');
      await next.run(() => {
        navigator.locks.request('a', async () => {
          const { held = [] } = await navigator.locks.query();
          window.notes.push(held.some(({ name }) => name === 'mark') ? 'the mark is held' : 'no mark');
        });
      });
      await lab.until(page, () => navigator.locks.query().then(({ pending = [] }) => pending.length > 0));
      await page.run(async () => {
        void navigator.locks.request('mark', () => new Promise(() => {}));
        await navigator.locks.query();
        window.letGo.a?.();
      });
      await lab.until(next, () => window.notes.length > 0);
      return notesOf(next);
    },
  },
  {
    title: 'a holder that fails frees the lock, and its request fails with the same error',
    shows: ['rejected, thrown, next'],
    async run(lab) {
      const page = await lab.open();
      await page.run(async () => {
        const note = (what: string) => void window.notes.push(what);
        const fail = (work: () => never | Promise<never>) =>
          navigator.locks.request('a', work).catch(({ message }) => note(message));
        await fail(() => Promise.reject(new Error('rejected')));
        await fail(() => {
          throw new Error('thrown');
        });
        await navigator.locks.request('a', () => note('next'));
      });
      return notesOf(page);
    },
  },
];
