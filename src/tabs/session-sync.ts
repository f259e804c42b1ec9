/** Mirrors the session between tabs, without echo: changes made here are posted, news from elsewhere is learned. */

import { isPrerendering } from '../page.js';
import { learn } from '../session/session.js';
import { isNewer } from '../session/session-record.js';
import { opened } from '../wait.js';
import type { TabChannel } from './tab-channel.js';
import { hasWordOfNewer, type LockedSession, leaveWord } from './tab-lock.js';
import { type CoolDownNews, readMessage, type TabMessage, writeMessage } from './tab-message.js';

/** A session that tabs share. */
export interface SharedSession extends LockedSession {
  /** Absent where the tab is alone. */
  readonly channel: TabChannel | undefined;
  /** Another tab says how long the token endpoint wants no call. */
  onCoolDown(news: CoolDownNews): void;
  /** Another tab asks: it should know of a cool-down, too. */
  onAsk(): void;
}

/** How long a new tab waits for an answer from the others before it asks the server. */
const ANSWER_WITHIN = 25;
/** How long a message that is surely on the way may take, before a refresh of our own is the better way. */
const MESSAGE_WITHIN = 1_000;

/** Only the native channel may carry a token: the library's storage fallback leaves its messages behind. */
const handsOver = ({ channel }: SharedSession): boolean => channel?.type === 'native';

export function post(session: SharedSession, message: TabMessage): void {
  const { channel } = session;
  // The library's own error for a closed channel would quote the message. Of a page that may never be shown nobody hears.
  if (!channel || channel.isClosed || isPrerendering()) return;
  channel.postMessage(writeMessage(message, handsOver(session) ? 'with-tokens' : 'without-tokens')).catch(() => {});
}

/** Tells the other tabs of a change; whoever holds the lock next knows that the message is on the way. */
export function announce(session: SharedSession): void {
  tell(session, 'news');
  if (session.record.epoch && !isPrerendering()) void leaveWord(session);
}

function tell(session: SharedSession, kind: 'news' | 'answer'): void {
  const { record } = session;
  // "Nobody was signed in when I looked" is no news: another tab may know better.
  if (record.epoch) post(session, { kind: 'session', record, isAnswer: kind === 'answer' });
}

export function receive(session: SharedSession, data: unknown): void {
  const message = readMessage(data);
  if (message?.kind === 'cool-down') session.onCoolDown(message);
  if (message?.kind === 'ask') {
    // In this order: a token from elsewhere would end the cool-down.
    tell(session, 'answer');
    session.onAsk();
  }
  if (message?.kind === 'session') {
    // A tab that missed a message learns of it when it speaks.
    if (isNewer(session.record, message.record)) tell(session, 'answer');
    else learn(session, message.record, message.isAnswer ? 'answer' : 'news');
  }
}

/** Asks the other tabs what they know; resolves on the first answer that is news, or soon, where none comes. */
export async function ask(session: SharedSession): Promise<void> {
  post(session, { kind: 'ask' });
  // Also without a token: the answer tells whose the token to come is.
  if (session.channel) await opened(session.change, ANSWER_WITHIN);
}

/** Under the lock, before a refresh: waits for a message that is on the way. */
export async function catchUp(session: SharedSession): Promise<void> {
  // From now on: the message may come during the look.
  const { news, beginning } = session;
  // A session of its own is to begin, whatever theirs is.
  if (beginning) return;
  if (handsOver(session) && (await hasWordOfNewer(session))) await opened(news, MESSAGE_WITHIN);
}
