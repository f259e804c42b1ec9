/** The spans of all tabs, as they come in: one lane for each. */

import type { TabInfo, TraceMessage } from '../instruments/recorder.ts';
import { createStore, type Store } from '../shared/store.ts';
import { now, type Span } from './spans.ts';

export interface Lane {
  readonly tab: TabInfo;
  /** Counted in the order in which they were first heard of. */
  readonly number: number;
  readonly spans: readonly Span[];
  /** When its page went away. */
  readonly goneAt?: number | undefined;
}

export interface Lanes extends Store<readonly Lane[]> {
  /** A page that is removed may not get to say so itself. */
  markGone(tab: TabInfo): void;
  clear(): void;
}

/** Milliseconds between two drawings: often enough for the eye. */
const FRAME = 50;
/** How much of a lane is kept. */
const SPANS = 400;

export function followLanes(channelName: string): Lanes {
  const store = createStore<readonly Lane[]>([]);
  const heard = new Map<
    string,
    { tab: TabInfo; number: number; spans: Map<string, Span>; goneAt?: number | undefined }
  >();
  const channel = new BroadcastChannel(channelName);
  let drawing: 'due' | 'done' = 'done';

  function drawSoon(): void {
    if (drawing === 'due') return;
    drawing = 'due';
    setTimeout(() => {
      drawing = 'done';
      store.set([...heard.values()].map((lane) => ({ ...lane, spans: [...lane.spans.values()] })));
    }, FRAME);
  }

  function take(message: TraceMessage): void {
    if (message.type === 'hello') return;
    const { tab } = message;
    const lane = heard.get(tab.id) ?? { tab, number: heard.size + 1, spans: new Map<string, Span>() };
    heard.set(tab.id, lane);
    if (message.type === 'gone') lane.goneAt ??= message.at;
    else {
      lane.spans.set(message.span.id, message.span);
      // Back from the back/forward cache.
      if (lane.goneAt && message.span.from > lane.goneAt) lane.goneAt = undefined;
    }
    const [oldest] = lane.spans.keys();
    if (lane.spans.size > SPANS && oldest !== undefined) lane.spans.delete(oldest);
    drawSoon();
  }

  channel.onmessage = ({ data }: MessageEvent<TraceMessage>) => take(data);
  channel.postMessage({ type: 'hello' } satisfies TraceMessage);

  return {
    ...store,
    markGone: (tab) => take({ type: 'gone', tab, at: now() }),
    clear() {
      for (const [id, { goneAt }] of heard) if (goneAt) heard.delete(id);
      for (const { spans } of heard.values()) spans.clear();
      drawSoon();
    },
  };
}
