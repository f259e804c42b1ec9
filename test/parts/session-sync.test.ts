/** The session between tabs: who is corrected, and how long the next one in turn waits for a message on its way. */

import { beforeEach, describe, expect, it } from 'vitest';
import { beginSession, renewSession } from '../../src/session/session-changes.ts';
import { handoverArrived, type Peers, receiveMessage } from '../../src/tabs/session-sync.ts';
import { hear, newGrant, openPeer, type Peer } from '../given/peers.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { rest, standing } from '../world/waiting.ts';

let said: unknown[];
let posted: unknown[];
let other: Peer;
let tab: Peer;

beforeEach(() => {
  stopClocks();
  said = [];
  posted = [];
  other = openPeer((message) => said.push(message));
  tab = openPeer((message) => posted.push(message));
  beginSession(other.session, newGrant());
  for (const message of said) hear(tab, message);
});

it('who has missed a message gets an answer, not news: it tells nobody else', () => {
  renewSession(tab.session, newGrant());
  posted.length = 0;
  hear(tab, said[0]);
  expect(posted).toMatchObject([{ kind: 'session', generation: 2, isAnswer: true }]);
});

it('a change is told as news', () => {
  expect(said).toMatchObject([{ kind: 'session', generation: 1 }]);
  expect(said[0]).not.toHaveProperty('isAnswer', true);
});

it('each message goes to who deals with it', () => {
  const heard: unknown[] = [];
  const handlers = {
    onPause: (news: object) => heard.push(news),
    onAsk: () => heard.push('ask'),
    onRefused: (news: object) => heard.push(news),
  };
  const pause = { v: 1, kind: 'cool-down', ms: 5, wall: Date.now(), isNamed: true, mayRetry: false };
  const refusal = { v: 1, kind: 'refused', id: 'x', generation: 1, address: 'GET https://api.test/' };
  for (const message of [pause, refusal, { v: 1, kind: 'ask' }, said[0], 'nonsense'])
    receiveMessage(tab.peers, tab.session, handlers, message);
  expect(heard).toMatchObject([{ kind: 'cool-down', ms: 5 }, { kind: 'refused', id: 'x' }, 'ask']);
});

describe('under the lock, while a message is on its way', () => {
  /** The lock manager knows the mark of the other tab's session until it is told otherwise. */
  let isMarked = true;
  const marked = (peers: Peers): Peers => ({
    ...peers,
    locks: {
      query: async () => {
        const { epoch, id, generation } = other.session.record;
        const name = `${peers.name}@${JSON.stringify({ epoch, id, generation })}`;
        return { held: isMarked ? [{ name }] : [] };
      },
    } as LockManager,
  });

  beforeEach(() => {
    isMarked = true;
    said.length = 0;
    renewSession(other.session, newGrant());
    renewSession(other.session, newGrant());
  });

  it('it is waited for', async () => {
    const arrived = handoverArrived(marked(tab.peers), tab.session);
    await pass(900);
    expect(await standing(arrived)).toBe('pending');
    for (const message of said) hear(tab, message);
    expect(await standing(arrived)).toBe('fulfilled');
  });

  it('for a second, whatever else comes meanwhile', async () => {
    const arrived = handoverArrived(marked(tab.peers), tab.session);
    await pass(600);
    hear(tab, said[0]);
    await pass(399);
    expect(await standing(arrived)).toBe('pending');
    await pass(1);
    expect(await standing(arrived)).toBe('fulfilled');
  });

  it('and not where it has gone with its tab', async () => {
    isMarked = false;
    await rest();
    expect(await standing(handoverArrived(marked(tab.peers), tab.session))).toBe('fulfilled');
  });

  it('and not where messages bring no tokens', async () => {
    const peers = { ...tab.peers, channel: { ...tab.peers.channel, type: 'localstorage' } } as Peers;
    expect(await standing(handoverArrived(marked(peers), tab.session))).toBe('fulfilled');
  });
});
