/** BroadcastChannel: messages arrive late, in the order of their sender, and mixed with those of others. */

import type { Chance } from './chance.ts';
import type { Timeline } from './timeline.ts';

export interface Listener {
  readonly id: number;
  readonly isAlive: boolean;
  readonly isPrerendering: boolean;
  /** A message has come for a page in the back/forward cache: browsers throw such a page away. */
  onMessageWhileCached(): void;
  readonly isCached: boolean;
  /** Whether what it does still reaches the world outside. */
  acts(): boolean;
  /** At once, or when the prerendered page is shown. */
  whenShown(run: () => void): void;
}

export interface ChannelFaults {
  /** Of a hundred messages so many never arrive; browsers lose none. */
  readonly lost: number;
  /** Of a hundred messages so many arrive twice. */
  readonly doubled: number;
}

export interface Post {
  readonly name: string;
  readonly data: unknown;
  readonly from: number;
}

export interface Channels {
  /** What a page has as `BroadcastChannel`. */
  constructorFor(page: Listener): typeof BroadcastChannel;
  forget(page: Listener): void;
  /** Hears all that is posted. */
  onPost: ((post: Post) => void) | undefined;
}

/** Milliseconds that no message takes longer. */
export const LONGEST_DELIVERY = 400;

export function createChannels(timeline: Timeline, chance: Chance, faults: ChannelFaults): Channels {
  const open = new Set<SimulatedChannel>();
  /** When the last message of a sender arrives at a receiver. */
  const lastArrival = new Map<string, number>();
  const channels: Channels = { constructorFor, forget, onPost: undefined };

  interface SimulatedChannel {
    readonly name: string;
    readonly page: Listener;
    onmessage: ((event: { data: unknown }) => void) | null;
  }

  function deliver(to: SimulatedChannel, from: Listener, data: unknown): void {
    const pair = `message ${from.id} ${to.page.id}`;
    if (chance.next(pair) * 100 < faults.lost) return;
    const isSlow = chance.next(pair) < 0.1;
    const at = timeline.now + (isSlow ? LONGEST_DELIVERY : 12) * chance.next(pair);
    const arrival = Math.max(at, lastArrival.get(pair) ?? 0);
    lastArrival.set(pair, arrival);
    const times = chance.next(pair) * 100 < faults.doubled ? 2 : 1;
    for (let i = 0; i < times; i++) {
      timeline.at(arrival, () => {
        if (to.page.isCached) to.page.onMessageWhileCached();
        // A frozen page hears it: Chromium stops its timers, and not its messages.
        else if (to.page.isAlive && open.has(to)) to.onmessage?.({ data: structuredClone(data) });
      });
    }
  }

  function constructorFor(page: Listener): typeof BroadcastChannel {
    class PageChannel implements SimulatedChannel {
      readonly page = page;
      onmessage: SimulatedChannel['onmessage'] = null;
      readonly name: string;
      constructor(name: string) {
        this.name = name;
        open.add(this);
      }
      postMessage(message: unknown): void {
        if (!page.acts()) return;
        if (!open.has(this)) throw new DOMException('The channel is closed.', 'InvalidStateError');
        const data = structuredClone(message);
        page.whenShown(() => {
          channels.onPost?.({ name: this.name, data, from: page.id });
          for (const other of open) {
            const isElsewhere = other.name !== this.name || other.page.isPrerendering;
            if (other !== this && !isElsewhere) deliver(other, page, data);
          }
        });
      }
      close(): void {
        open.delete(this);
      }
    }
    return PageChannel as unknown as typeof BroadcastChannel;
  }

  function forget(page: Listener): void {
    for (const channel of open) if (channel.page === page) open.delete(channel);
  }
  return channels;
}
