/** Posts to the other tabs and listens to them; where that can't work, a tab is alone. */

import { type BroadcastMethod, BroadcastChannel as LibraryChannel } from 'broadcast-channel';

export interface TabChannel {
  /** Only the native channel may carry a token: the library's storage fallback leaves its messages behind. */
  readonly tokens: 'with-tokens' | 'without-tokens';
  post(data: object): void;
  close(): void;
}

/**
 * The native channel as a method of the library's (its documented extension point), since its own one drops all
 * messages once the clock is set back (it compares time stamps), and throws on messages that it didn't write.
 */
const nativeMethod: BroadcastMethod<BroadcastChannel> = {
  type: 'native',
  canBeUsed: () => true,
  averageResponseTime: () => 0,
  microSeconds: () => 0,
  create: (name) => new BroadcastChannel(name),
  onMessage(channel, deliver) {
    channel.onmessage = ({ data }) => {
      if (data?.type === 'message' && data.time === 0) deliver(data);
    };
  },
  async postMessage(channel, message) {
    channel.postMessage(message);
  },
  close: (channel) => channel.close(),
};

export function openTabChannel(name: string, receive: (data: unknown) => void): TabChannel | undefined {
  const native = typeof BroadcastChannel === 'function';
  try {
    // The library would prefer IndexedDB, which polls and keeps a page out of the back/forward cache.
    const channel = new LibraryChannel<object>(
      name,
      native ? { type: 'native', methods: nativeMethod as BroadcastMethod } : { type: 'localstorage' },
    );
    channel.onmessage = receive;
    return {
      tokens: native ? 'with-tokens' : 'without-tokens',
      post(data) {
        // The library's own error for a closed channel would quote the message.
        if (!channel.isClosed) channel.postMessage(data).catch(() => {});
      },
      close() {
        channel.close()?.catch(() => {});
      },
    };
  } catch {
    return undefined;
  }
}
