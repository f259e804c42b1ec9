/** All that watches one page: what kinds of the timeline may record from. */

import { type LockWatcher, watchLock } from './lock-watcher.ts';
import { createNetwork, type Network } from './network.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { WatchedClient } from './watched-client.ts';

export interface Instruments {
  readonly recorder: Recorder;
  readonly network: Network;
  readonly lock: LockWatcher;
  readonly client: WatchedClient;
}

/**
 * Those that stand before the client is made, as it is made with them.
 *
 * @param channel on which pages that draw hear this one
 * @param name of the session, which tabs share
 */
export function createInstruments(channel: string, name: string): Omit<Instruments, 'client'> {
  const recorder = createRecorder(channel);
  return { recorder, network: createNetwork(recorder.tab.id), lock: watchLock(`silent-refresh:${name}`) };
}
