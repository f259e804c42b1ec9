/** Messages between tabs that come late, or never: a gate in every BroadcastChannel. */

import { vi } from 'vitest';
import { TOKEN_ENDPOINT } from './auth-server.ts';

/** From now on messages stay on the way, until they are delivered or lost. */
export function holdMessages() {
  const waiting: (() => void)[] = [];
  const post = BroadcastChannel.prototype.postMessage;
  const spy = vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(function (
    this: BroadcastChannel,
    message: unknown,
  ) {
    waiting.push(() => post.call(this, message));
  });
  return {
    waiting,
    deliver() {
      spy.mockRestore();
      for (const send of waiting.splice(0)) send();
    },
    lose() {
      spy.mockRestore();
      waiting.length = 0;
    },
  };
}

/** What another page of this origin could say on the clients' own channel, inside the library's envelope or outside. */
export function openRawChannel(name: string) {
  const channel = new BroadcastChannel(`silent-refresh:${name} ${TOKEN_ENDPOINT}`);
  const heard: Record<string, unknown>[] = [];
  channel.onmessage = ({ data }: MessageEvent) => heard.push(data.data);
  return {
    heard,
    say: (data: unknown) => channel.postMessage({ type: 'message', time: 0, data }),
    sayOutsideTheEnvelope: (data: unknown) => channel.postMessage(data),
    close: () => channel.close(),
  };
}
