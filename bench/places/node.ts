/** A peer in a process of Node of its own, without a network. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Place, within } from './place.ts';

/** Nobody listens there: its `fetch` answers by itself. */
const ORIGIN = 'http://127.0.0.1:9';
const LONGEST = 60_000;

export interface Process extends Place {
  /** Milliseconds. */
  readonly importing: number;
  readonly creating: number;
}

/**
 * For counting: nothing is collected before so many megabytes are allocated. Both, since V8 begins with less than the most.
 */
const LARGE_NURSERY = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

export async function openProcess(
  bundles: string,
  peer: string,
  nursery: 'usual' | 'large' = 'usual',
): Promise<Process> {
  const child = fork(join(import.meta.dirname, 'node-child.ts'), [pathToFileURL(join(bundles, 'work.js')).href], {
    execArgv: ['--expose-gc', ...(nursery === 'large' ? LARGE_NURSERY : [])],
  });
  await once(child, 'message');
  let calls = 0;

  const place: Place = {
    run(name, ...args) {
      const id = ++calls;
      const answer = new Promise<never>((resolve, reject) => {
        function hear(message: { id: number; value?: never; error?: string }): void {
          if (message.id !== id) return;
          child.off('message', hear as never);
          message.error === undefined ? resolve(message.value as never) : reject(new Error(message.error));
        }
        child.on('message', hear as never);
        child.once('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
      });
      child.send({ id, name, args });
      return within(LONGEST, answer);
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
  child.setMaxListeners(0);
  try {
    await place.run('fakeNetwork', ORIGIN);
    const importing = await place.run('importPeer', pathToFileURL(join(bundles, `${peer}.js`)).href);
    const creating = await place.run('create', ORIGIN);
    return { ...place, importing, creating };
  } catch (error) {
    await place.close();
    throw error;
  }
}
