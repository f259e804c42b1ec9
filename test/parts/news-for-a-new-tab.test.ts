/** A tab that is opened while news is on its way asks the others, who haven't heard the news themselves. */

import { beforeEach, expect, it } from 'vitest';
import { decodeClaims } from '../../src/session/access-token.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, endSession } from '../../src/session/session-changes.ts';
import { askPeers, type Peers, post, postChange, receiveMessage } from '../../src/tabs/session-sync.ts';
import { gate, now } from '../../src/wait.ts';
import { jwt } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';

interface Tab {
  readonly session: Session;
  readonly peers: Peers;
  /** What it has posted, until somebody hears it. */
  readonly posted: unknown[];
}

function createTab(): Tab {
  const posted: unknown[] = [];
  const channel = {
    type: 'native',
    async postMessage(data: object) {
      posted.push(structuredClone(data));
    },
  } as NonNullable<Peers['channel']>;
  const peers: Peers = { channel, name: 'tabs', locks: undefined };
  const session: Session = createSession(gate(), (source) => {
    if (source === 'this-tab') postChange(peers, session);
  });
  return { session, peers, posted };
}

const hear = ({ peers, session }: Tab, messages: unknown[]) => {
  const handlers = { onPause: () => {}, onAsk: () => {}, onRefused: () => {} };
  for (const message of messages.splice(0)) receiveMessage(peers, session, handlers, message);
};

let left: Tab;
let other: Tab;
let opened: Tab;

beforeEach(() => {
  stopClocks();
  [left, other, opened] = [createTab(), createTab(), createTab()];
  const value = jwt({ sub: 'ada' });
  const accessToken = { value, claims: decodeClaims(value), lifetime: 300_000, receivedAt: now() };
  beginSession(left.session, { accessToken });
  hear(other, left.posted);
});

it('hears from whom it asked that the user had just signed out in a tab that has gone', async () => {
  endSession(left.session, 'signed-out');
  void askPeers(opened.peers, opened.session);
  hear(other, opened.posted);
  hear(opened, other.posted);
  expect(opened.session.state.status).toBe('signed-in');

  hear(other, left.posted);
  hear(opened, other.posted);
  expect(opened.session.state).toMatchObject({ status: 'signed-out', reason: 'signed-out' });
  expect(opened.session.record).toEqual(left.session.record);
});

it('is told once, however often the news comes', async () => {
  post(opened.peers, { kind: 'ask' });
  hear(other, opened.posted);
  other.posted.length = 0;
  endSession(left.session, 'signed-out');
  hear(other, left.posted.concat(left.posted));
  expect(other.posted).toEqual(left.posted);
});

it('is told nothing more a second after the answer: news takes no longer', async () => {
  post(opened.peers, { kind: 'ask' });
  hear(other, opened.posted);
  other.posted.length = 0;
  await pass(1_000);
  endSession(left.session, 'signed-out');
  hear(other, left.posted);
  expect(other.session.state.status).toBe('signed-out');
  expect(other.posted).toEqual([]);
});
