/** Posts to the other tabs and listens to them; where that can't work, a tab is alone. */

import { type BroadcastMethod, BroadcastChannel as LibraryChannel } from 'broadcast-channel';

export type TabChannel = LibraryChannel<object>;

/**
 * The native channel as a method of the library's (its documented extension point), since its own one drops all
 * messages once the clock is set back (it compares time stamps), and throws on messages that it didn't write.
 */
const nativeMethod: Partial<BroadcastMethod<BroadcastChannel>> = {
  type: 'native',
  microSeconds: () => 0,
  create: (name) => new BroadcastChannel(name),
  onMessage(channel, deliver) {
    channel.onmessage = ({ data }) => {
      if (data?.type === 'message') deliver(data);
    };
  },
  async postMessage(channel, message) {
    channel.postMessage(message);
  },
  close: (channel) => channel.close(),
};

export function openTabChannel(name: string, receive: (data: unknown) => void): TabChannel | undefined {
  try {
    const channel: TabChannel = new LibraryChannel(
      name,
      // The library would prefer IndexedDB, which polls and keeps a page out of the back/forward cache.
      typeof BroadcastChannel === 'function'
        ? { type: 'native', methods: nativeMethod as BroadcastMethod }
        : { type: 'localstorage' },
    );
    channel.onmessage = receive;
    return channel;
  } catch {
    return undefined;
  }
}
