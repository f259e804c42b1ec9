/** Mirrors the session between tabs, without echo: changes made here are posted, changes made elsewhere are adopted. */

import { emit } from '../events.js';
import { isPrerendering } from '../page.js';
import { adoptIfNewer } from '../session/adopt-record.js';
import { newestKnown, type Session } from '../session/session.js';
import { isNewer, type SessionRecord } from '../session/session-record.js';
import { elapsed, now, opened } from '../wait.js';
import { isHandoverPending, markHandover } from './handover-mark.js';
import { type PauseNews, type RefusalNews, readMessage, type TabMessage, writeMessage } from './tab-message.js';
import type { Tabs } from './tabs.js';

/** What of the tabs it takes to talk to the others. */
export type Peers = Pick<Tabs, 'channel' | 'name' | 'locks' | 'answeredAt'>;

/** Milliseconds that a new tab waits for an answer from the others before it asks the server. */
const PEERS_ANSWER_WITHIN = 25;
/** Milliseconds that a message which is surely on its way may take, before a refresh of our own is the better way. */
const MESSAGE_WITHIN = 1_000;

/** Only the native channel may carry a token: the library's storage fallback leaves its messages behind. */
const mayCarryTokens = ({ channel }: Peers): boolean => channel?.type === 'native';

export function post(peers: Peers, message: TabMessage): void {
  const { channel } = peers;
  // The library's own error for a closed channel would quote the message. A prerendered page posts nothing.
  if (!channel || channel.isClosed || isPrerendering()) return;
  channel.postMessage(writeMessage(message, mayCarryTokens(peers) ? 'with-tokens' : 'without-tokens')).catch(() => {});
}

/** Posts a change to the other tabs, and marks for the next holder of the lock that the message is on its way. */
export function postChange(peers: Peers, session: Session): void {
  const known = { ...session, record: newestKnown(session) };
  postRecord(peers, known, 'news');
  if (known.record.epoch && !isPrerendering()) void markHandover(peers, known);
}

function postRecord(peers: Peers, { record }: Pick<Session, 'record'>, kind: 'news' | 'answer'): void {
  // A tab doesn't post that it found no session, since another tab may know of one.
  if (!record.epoch) return;
  post(peers, { kind: 'session', record, isAnswer: kind === 'answer' });
  if (kind === 'answer') peers.answeredAt = now();
}

/** What is done with the messages that aren't about the session. */
export interface PeerHandlers {
  /** Another tab says how long the token endpoint wants no call. */
  onPause(news: PauseNews): void;
  /** Another tab asks what is known: it should know of a pause, too. */
  onAsk(): void;
  /** An address has refused the newest token in another tab: to refresh for it would not help here, either. */
  onRefused(news: RefusalNews): void;
}

export function receiveMessage(peers: Peers, session: Session, handlers: PeerHandlers, data: unknown): void {
  const message = readMessage(data);
  if (message?.kind === 'cool-down') handlers.onPause(message);
  if (message?.kind === 'refused') handlers.onRefused(message);
  if (message?.kind === 'ask') {
    // In this order: a token from elsewhere would end the pause.
    postRecord(peers, session, 'answer');
    handlers.onAsk();
  }
  if (message?.kind === 'session') receiveRecord(peers, session, message.record, message.isAnswer ? 'answer' : 'news');
}

function receiveRecord(peers: Peers, session: Session, record: SessionRecord, kind: 'news' | 'answer'): void {
  if (isNewer(session.record, record)) {
    // The sender has missed a message.
    postRecord(peers, session, 'answer');
  } else if (kind === 'answer') {
    // An answer may tell of a sign-out of long ago: that has overtaken no request of now.
    adoptIfNewer(session, { ...record, overtook: undefined }, 'answer');
  } else {
    const { answeredAt } = peers;
    const isNews = isNewer(record, newestKnown(session));
    adoptIfNewer(session, record, 'news');
    // Who asked this tab may be younger than the news, and its sender may be gone.
    if (isNews && answeredAt && elapsed(answeredAt) < MESSAGE_WITHIN) postRecord(peers, { record }, 'news');
  }
}

/** Asks the other tabs what they know; resolves on the first answer that is news, or soon, where none comes. */
export async function askPeers(peers: Peers, session: Session): Promise<void> {
  post(peers, { kind: 'ask' });
  if (!peers.channel) return;
  const since = now();
  const { change, listeners } = session;
  // An answer without a token helps too: it says whose the token to come is.
  await opened(change, PEERS_ANSWER_WITHIN);
  DEVELOPMENT: emit(listeners, 'tabs-asked', { haveAnswered: change.isOpen, took: Math.round(elapsed(since)) });
}

/** Under the lock, before a request: waits for the message that is on its way, if one is. */
export async function handoverArrived(peers: Peers, session: Session): Promise<void> {
  const since = now();
  while (mayCarryTokens(peers)) {
    // From now on: the message may come while the lock manager is asked.
    const { recordReplaced } = session;
    const left = MESSAGE_WITHIN - elapsed(since);
    if (left <= 0 || !(await isHandoverPending(peers, session))) return;
    await opened(recordReplaced, left);
  }
}
