/** What the server says of itself, live: one tab listens and tells the others. */

import type { LogEntry, Stats } from '../../server/activity.ts';
import type { Settings } from '../../server/settings.ts';
import { createStore } from '../shared/store.ts';

export interface ServerNews {
  readonly stats?: Stats;
  readonly settings?: Settings;
  /** Newest first. */
  readonly log: readonly LogEntry[];
}

type Message = { readonly stats: Stats } | { readonly settings: Settings } | { readonly entry: LogEntry };

const NAME = 'demo-server-news';
const LOG_LENGTH = 50;

export const serverNews = createStore<ServerNews>({ log: [] });

export function followServer(): void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => take(data);
  follow(channel);
  addEventListener('pageshow', ({ persisted }) => persisted && follow(channel));
}

function follow(channel: BroadcastChannel): void {
  void readState().catch(() => {});
  // Over HTTP/1.1 browsers open six connections to a host, and a stream keeps one for good: the seventh tab would hang.
  void navigator.locks.request(NAME, () => {
    const source = listen((message) => {
      take(message);
      channel.postMessage(message);
    });
    return leaving().then(() => source.close());
  });
}

/** A page in the back/forward cache would keep the lock, and hear nothing. */
const leaving = (): Promise<unknown> => new Promise((resolve) => addEventListener('pagehide', resolve, { once: true }));

function listen(tell: (message: Message) => void): EventSource {
  const source = new EventSource('/control/events');
  source.addEventListener('stats', ({ data }) => tell({ stats: JSON.parse(data) }));
  source.addEventListener('settings', ({ data }) => tell({ settings: JSON.parse(data) }));
  source.addEventListener('log', ({ data }) => tell({ entry: JSON.parse(data) }));
  return source;
}

async function readState(): Promise<void> {
  const response = await fetch('/control/state');
  const { stats, settings }: { stats: Stats; settings: Settings } = await response.json();
  serverNews.set({ ...serverNews.get(), stats, settings });
}

function take(message: Message): void {
  const news = serverNews.get();
  if ('entry' in message) serverNews.set({ ...news, log: [message.entry, ...news.log].slice(0, LOG_LENGTH) });
  else serverNews.set({ ...news, ...message });
}
