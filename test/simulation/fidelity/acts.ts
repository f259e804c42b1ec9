/** What many experiments do in their pages. */

import type { LabPage } from './lab.ts';

export const notesOf = (page: LabPage): Promise<string> =>
  page.run(() => (window.notes ? window.notes.join(', ') : 'loaded anew'));

/** Resolves when the page has the lock. */
export const holdLock = (page: LabPage, name: string): Promise<void> =>
  page.run(
    (name) =>
      new Promise<void>((held) => {
        const hold = () =>
          new Promise<void>((release) => {
            window.letGo[name] = release;
            held();
          });
        navigator.locks.request(name, hold).catch((error) => window.notes.push(error.name));
      }),
    name,
  );

/** Resolves when the manager has the request; the page notes when it is granted, and keeps the lock then. */
export const waitForLock = (page: LabPage, name: string): Promise<void> =>
  page.run(async (name) => {
    const hold = () =>
      new Promise<void>((release) => {
        window.letGo[name] = release;
        window.notes.push(`got ${name}`);
      });
    navigator.locks.request(name, hold).catch((error) => window.notes.push(error.name));
    await navigator.locks.query();
  }, name);

export const letGo = (page: LabPage, name: string): Promise<void> => page.run((name) => window.letGo[name]?.(), name);

/** "held: a; pending: b c", as the page is told. */
export const locksSeenBy = (page: LabPage): Promise<string> =>
  page.run(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    const names = (locks: LockInfo[]) => locks.map(({ name }) => name).join(' ') || 'none';
    return `held: ${names(held)}; pending: ${names(pending)}`;
  });

/** The page notes what it hears on the channel "lab". */
export const listen = (page: LabPage): Promise<void> =>
  page.run(() => {
    new BroadcastChannel('lab').onmessage = ({ data }) => void window.notes.push(`heard ${data}`);
  });

/** By a channel that lasts only as long. */
export const post = (page: LabPage, message: string): Promise<void> =>
  page.run((message) => {
    const channel = new BroadcastChannel('lab');
    channel.postMessage(message);
    channel.close();
  }, message);

/** Asks for the lock and takes no place in line. */
export const askIfAvailable = (page: LabPage, name: string): Promise<string> =>
  page.run((name) => navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? 'a lock' : 'null')), name);

/** The page notes when it is shown again, and whether it comes from the back/forward cache. */
export const noteReturns = (page: LabPage): Promise<void> =>
  page.run(() =>
    addEventListener('pageshow', ({ persisted }) => void window.notes.push(persisted ? 'back as it was' : 'shown')),
  );
