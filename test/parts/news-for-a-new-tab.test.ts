/** A tab that is opened while news is on its way asks the others, who haven't heard the news themselves. */

import { beforeEach, expect, it } from 'vitest';
import { decodeClaims } from '../../src/session/access-token.ts';
import { beginSession, endSession } from '../../src/session/session-changes.ts';
import { askPeers, post } from '../../src/tabs/session-sync.ts';
import { now } from '../../src/wait.ts';
import { hear, openPeer, type Peer } from '../given/peers.ts';
import { jwt } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';

interface Tab extends Peer {
  /** What it has posted, until somebody hears it. */
  readonly posted: unknown[];
}

function openTab(): Tab {
  const posted: unknown[] = [];
  return { ...openPeer((message) => posted.push(message)), posted };
}

const hearAll = (tab: Tab, messages: unknown[]) => {
  for (const message of messages.splice(0)) hear(tab, message);
};

let left: Tab;
let other: Tab;
let opened: Tab;

beforeEach(() => {
  stopClocks();
  [left, other, opened] = [openTab(), openTab(), openTab()];
  const value = jwt({ sub: 'ada' });
  const accessToken = { value, claims: decodeClaims(value), lifetime: 300_000, receivedAt: now() };
  beginSession(left.session, { accessToken });
  hearAll(other, left.posted);
});

it('hears from whom it asked that the user had just signed out in a tab that has gone', async () => {
  endSession(left.session, 'signed-out');
  void askPeers(opened.peers, opened.session);
  hearAll(other, opened.posted);
  hearAll(opened, other.posted);
  expect(opened.session.state.status).toBe('signed-in');

  hearAll(other, left.posted);
  hearAll(opened, other.posted);
  expect(opened.session.state).toMatchObject({ status: 'signed-out', reason: 'signed-out' });
  expect(opened.session.record).toEqual(left.session.record);
});

it('is told once, however often the news comes', async () => {
  post(opened.peers, { kind: 'ask' });
  hearAll(other, opened.posted);
  other.posted.length = 0;
  endSession(left.session, 'signed-out');
  hearAll(other, left.posted.concat(left.posted));
  expect(other.posted).toEqual(left.posted);
});

it('is told nothing more a second after the answer: news takes no longer', async () => {
  post(opened.peers, { kind: 'ask' });
  hearAll(other, opened.posted);
  other.posted.length = 0;
  await pass(1_000);
  endSession(left.session, 'signed-out');
  hearAll(other, left.posted);
  expect(other.session.state.status).toBe('signed-out');
  expect(other.posted).toEqual([]);
});
