/** BroadcastChannel: what arrives, where, in which order, and as what. */

import { holdLock, listen, notesOf, post } from '../acts.ts';
import type { Experiment } from '../lab.ts';

export const CHANNELS: readonly Experiment[] = [
  {
    title: 'messages of one sender arrive in their order',
    shows: ['heard 1, heard 2, heard 3, heard 4, heard 5, heard 6'],
    async run(lab) {
      const [sender, other] = [await lab.open(), await lab.open()];
      await listen(other);
      await sender.run(() => {
        const channel = new BroadcastChannel('lab');
        for (const message of ['1', '2', '3']) channel.postMessage(message);
        setTimeout(() => {
          for (const message of ['4', '5', '6']) channel.postMessage(message);
        });
      });
      await lab.until(other, () => window.notes.length === 6);
      return notesOf(other);
    },
  },
  {
    title: 'a message doesn’t come back to its sender, but it comes to another channel of the same page',
    shows: ['the other heard a question, the sender heard an answer'],
    async run(lab) {
      const page = await lab.open();
      await page.run(() => {
        const [sender, other] = [new BroadcastChannel('lab'), new BroadcastChannel('lab')];
        sender.onmessage = ({ data }) => void window.notes.push(`the sender heard ${data}`);
        other.onmessage = ({ data }) => {
          window.notes.push(`the other heard ${data}`);
          other.postMessage('an answer');
        };
        sender.postMessage('a question');
      });
      await lab.until(page, () => window.notes.length === 2);
      return notesOf(page);
    },
  },
  {
    title: 'a closed channel hears nothing, and throws on post',
    shows: ['heard 1, InvalidStateError'],
    async run(lab) {
      const [sender, other] = [await lab.open(), await lab.open()];
      await other.run(() => {
        const closed = new BroadcastChannel('lab');
        closed.onmessage = () => void window.notes.push('the closed one heard it');
        closed.close();
      });
      await listen(other);
      await post(sender, '1');
      await lab.until(other, () => window.notes.length > 0);
      await other.run(() => {
        const closed = new BroadcastChannel('lab');
        closed.close();
        try {
          closed.postMessage('2');
        } catch (error) {
          window.notes.push((error as Error).name);
        }
      });
      return notesOf(other);
    },
  },
  {
    title: 'a message is a copy of what was posted, as it was then',
    shows: ['{"list":[1,2],"map":true} | DataCloneError'],
    async run(lab) {
      const [sender, other] = [await lab.open(), await lab.open()];
      await other.run(() => {
        new BroadcastChannel('lab').onmessage = ({ data }) =>
          void window.notes.push(JSON.stringify({ list: data.list, map: data.map.get('key') }));
      });
      const refusal = await sender.run(() => {
        const channel = new BroadcastChannel('lab');
        const message = { list: [1, 2], map: new Map([['key', true]]) };
        channel.postMessage(message);
        message.list.push(3);
        message.map.set('key', false);
        try {
          channel.postMessage(() => {});
          return 'nothing thrown';
        } catch (error) {
          return (error as Error).name;
        }
      });
      await lab.until(other, () => window.notes.length > 0);
      return `${await notesOf(other)} | ${refusal}`;
    },
  },
  {
    title: 'a page that listens only later doesn’t hear what was posted before',
    shows: ['heard 2'],
    async run(lab) {
      const [sender, early] = [await lab.open(), await lab.open()];
      await listen(early);
      await post(sender, '1');
      await lab.until(early, () => window.notes.length > 0);
      const late = await lab.open();
      await listen(late);
      await post(sender, '2');
      await lab.until(late, () => window.notes.length > 0);
      return notesOf(late);
    },
  },
  {
    title: 'a message that is posted under a lock may come after the next holder of the lock runs',
    shows: ['heard 1, next holder', 'next holder, heard 1'],
    async run(lab) {
      const [holder, next] = [await lab.open(), await lab.open()];
      await listen(next);
      await holdLock(holder, 'a');
      await next.run(async () => {
        void navigator.locks.request('a', () => void window.notes.push('next holder'));
        await navigator.locks.query();
      });
      await holder.run(() => {
        new BroadcastChannel('lab').postMessage('1');
        window.letGo.a?.();
      });
      await lab.until(next, () => window.notes.length === 2);
      return notesOf(next);
    },
  },
];
