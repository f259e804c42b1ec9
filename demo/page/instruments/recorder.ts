/** Records what happens in this page, and tells every page that draws it. */

import { now, type Span } from '../trace/spans.ts';

/** What pages say to each other. */
export type TraceMessage =
  | { readonly type: 'span'; readonly tab: TabInfo; readonly span: Span }
  | { readonly type: 'gone'; readonly tab: TabInfo; readonly at: number }
  /** Whoever comes late asks for what the others have recorded so far. */
  | { readonly type: 'hello' };

export interface TabInfo {
  readonly id: string;
  /** When its page was opened. */
  readonly since: number;
}

export interface Recorder {
  readonly tab: TabInfo;
  /** Begins a stretch of time, now unless it says when; call what it returns with what has become known, and `to` when it ends. */
  begin<S extends Span>(
    span: Omit<S, 'id' | 'from'> & Partial<Pick<S, 'from'>>,
  ): (change: Partial<Omit<S, 'id' | 'kind' | 'from'>>) => void;
}

/** How much a page that comes late is told. */
const REMEMBERED = 300;

export function createRecorder(channelName: string): Recorder {
  const tab = { id: crypto.randomUUID(), since: now() };
  const channel = new BroadcastChannel(channelName);
  // A channel doesn't hear itself: this page's own drawing listens on another one of the same name.
  const spans = new Map<string, Span>();
  let count = 0;

  const post = (message: TraceMessage) => channel.postMessage(message);

  channel.onmessage = ({ data }: MessageEvent<TraceMessage>) => {
    if (data.type === 'hello') for (const span of spans.values()) post({ type: 'span', tab, span });
  };
  addEventListener('pagehide', () => post({ type: 'gone', tab, at: now() }));

  function keep(span: Span): void {
    spans.set(span.id, span);
    const [oldest] = spans.keys();
    if (spans.size > REMEMBERED && oldest !== undefined) spans.delete(oldest);
    post({ type: 'span', tab, span });
  }

  return {
    tab,
    begin(what) {
      let span: Span = { from: now(), ...what, id: `${tab.id} ${++count}` } as Span;
      keep(span);
      return (change) => {
        span = { ...span, ...change };
        keep(span);
      };
    },
  };
}
