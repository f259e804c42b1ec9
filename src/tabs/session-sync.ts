/** Mirrors the session between tabs, without echo: changes made here are posted, news from elsewhere is learned. */

import { isNewer, type Session } from '../session/session.js';
import { within } from '../wait.js';
import type { TabChannel } from './tab-channel.js';
import type { TabLock } from './tab-lock.js';
import { readMessage, type TabMessage, writeMessage } from './tab-message.js';

export interface SessionSync {
  /** Asks the other tabs what they know; resolves on the first answer that is news, or soon, where none comes. */
  ask(): Promise<void>;
  /** Under the lock, before a refresh: waits for a message that is on the way. */
  catchUp(): Promise<void>;
  /** Under the lock, after a change: lets the next holder know that a message is on the way. */
  leaveWord(): Promise<void>;
  /** Tells the other tabs how long the token endpoint wants no call. */
  postCoolDown(ms: number): void;
  dispose(): void;
}

/** How long a new tab waits for an answer from the others before it asks the server. */
const ANSWER_WITHIN = 30;
/** How long a message that is surely on the way may take, before a refresh of our own is the better way. */
const MESSAGE_WITHIN = 1_000;

export function createSessionSync(parts: {
  session: Session;
  lock: TabLock;
  openChannel: (receive: (data: unknown) => void) => TabChannel | undefined;
  onCoolDown: (ms: number) => void;
}): SessionSync {
  const { session, lock } = parts;
  const channel = parts.openChannel(receive);
  // With the storage fallback messages carry no token, so waiting for one is in vain.
  const handsOver = channel?.tokens === 'with-tokens';
  const unwatch = session.watch((source) => source === 'this-tab' && tell());

  const post = (message: TabMessage) => channel?.post(writeMessage(message, channel.tokens));

  function tell(): void {
    const record = session.record();
    // "Nobody was signed in when I looked" is no news: another tab may know better.
    if (record.epoch) post({ kind: 'session', record });
  }

  function receive(data: unknown): void {
    const message = readMessage(data);
    if (message?.kind === 'cool-down') parts.onCoolDown(message.ms);
    if (message?.kind === 'ask') tell();
    if (message?.kind === 'session') {
      // A tab that missed a message learns of it when it speaks.
      if (isNewer(session.record(), message.record)) tell();
      else session.learn(message.record);
    }
  }

  return {
    async ask() {
      post({ kind: 'ask' });
      // Also without a token: the answer tells whether the token to come is that of the same session.
      if (channel) await within(ANSWER_WITHIN, session.changed());
    },
    async catchUp() {
      // From now on: the message may come during the look.
      const changed = session.changed();
      if (handsOver && (await lock.hasWordOfNewer(session.record()))) await within(MESSAGE_WITHIN, changed);
    },
    async leaveWord() {
      // Of a visit without a session there is no message (see `tell`).
      if (handsOver && session.record().epoch) await lock.leaveWord(session.record());
    },
    postCoolDown: (ms) => post({ kind: 'cool-down', ms }),
    dispose() {
      unwatch();
      channel?.close();
    },
  };
}
