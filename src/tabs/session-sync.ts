/** Mirrors the session between tabs, without echo: changes made here are posted, news from elsewhere is learned. */

import { isPrerendering } from '../page.js';
import { adoptIfNewer } from '../session/session.js';
import { isNewer } from '../session/session-record.js';
import { opened } from '../wait.js';
import type { TabChannel } from './tab-channel.js';
import { isHandoverPending, type LockedSession, markHandover } from './tab-lock.js';
import { type PauseNews, readMessage, type TabMessage, writeMessage } from './tab-message.js';

/** A session that tabs share. */
export interface SharedSession extends LockedSession {
  /** Absent where the tab is alone. */
  readonly channel: TabChannel | undefined;
  /** Another tab says how long the token endpoint wants no call. */
  onPeerPause(news: PauseNews): void;
  /** Another tab asks: it should know of a cool-down, too. */
  onPeerAsks(): void;
}

/** How long a new tab waits for an answer from the others before it asks the server. */
const PEERS_ANSWER_WITHIN = 25;
/** How long a message that is surely on the way may take, before a refresh of our own is the better way. */
const MESSAGE_WITHIN = 1_000;

/** Only the native channel may carry a token: the library's storage fallback leaves its messages behind. */
const mayCarryTokens = ({ channel }: SharedSession): boolean => channel?.type === 'native';

export function post(session: SharedSession, message: TabMessage): void {
  const { channel } = session;
  // The library's own error for a closed channel would quote the message. Of a page that may never be shown nobody hears.
  if (!channel || channel.isClosed || isPrerendering()) return;
  channel
    .postMessage(writeMessage(message, mayCarryTokens(session) ? 'with-tokens' : 'without-tokens'))
    .catch(() => {});
}

/** Tells the other tabs of a change; whoever holds the lock next knows that the message is on the way. */
export function postChange(session: SharedSession): void {
  postRecord(session, 'news');
  if (session.record.epoch && !isPrerendering()) void markHandover(session);
}

function postRecord(session: SharedSession, kind: 'news' | 'answer'): void {
  const { record } = session;
  // "Nobody was signed in when I looked" is no news: another tab may know better.
  if (record.epoch) post(session, { kind: 'session', record, isAnswer: kind === 'answer' });
}

export function receiveMessage(session: SharedSession, data: unknown): void {
  const message = readMessage(data);
  if (message?.kind === 'cool-down') session.onPeerPause(message);
  if (message?.kind === 'ask') {
    // In this order: a token from elsewhere would end the cool-down.
    postRecord(session, 'answer');
    session.onPeerAsks();
  }
  if (message?.kind === 'session') {
    // A tab that missed a message learns of it when it speaks.
    if (isNewer(session.record, message.record)) postRecord(session, 'answer');
    else adoptIfNewer(session, message.record, message.isAnswer ? 'answer' : 'news');
  }
}

/** Asks the other tabs what they know; resolves on the first answer that is news, or soon, where none comes. */
export async function askPeers(session: SharedSession): Promise<void> {
  post(session, { kind: 'ask' });
  // Also without a token: the answer tells whose the token to come is.
  if (session.channel) await opened(session.change, PEERS_ANSWER_WITHIN);
}

/** Under the lock, before a refresh: waits for a message that is on the way. */
export async function handoverArrived(session: SharedSession): Promise<void> {
  // From now on: the message may come during the look.
  const { recordReplaced, cookieSignIn } = session;
  // A session of its own is to begin, whatever theirs is.
  if (cookieSignIn) return;
  if (mayCarryTokens(session) && (await isHandoverPending(session))) await opened(recordReplaced, MESSAGE_WITHIN);
}
