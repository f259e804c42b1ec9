/** Messages between tabs that are lost, doubled and reordered leave all tabs with one truth. */

import { describe, expect, it, vi } from 'vitest';
import { decodeClaims } from '../../src/session/access-token.ts';
import { beginSession, endSession, renewSession } from '../../src/session/session-changes.ts';
import { isNewer, type SessionRecord } from '../../src/session/session-record.ts';
import { askPeers } from '../../src/tabs/session-sync.ts';
import { now } from '../../src/wait.ts';
import { hear, openPeer, type Peer } from '../given/peers.ts';
import { jwt } from '../world/auth-server.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';

/** A small repeatable generator: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
function dice(seed: number) {
  let state = seed + 1;
  return (sides: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

interface Tab extends Peer {
  readonly seen: SessionRecord[];
}

/** Tabs whose messages travel as unreliably as the dice say. */
function unreliableTabs(count: number, roll: (sides: number) => number) {
  const underWay: { to: number; data: unknown }[] = [];
  const tabs = Array.from({ length: count }, (_, from): Tab => {
    const seen: SessionRecord[] = [];
    const post = (data: unknown) => {
      for (let to = 0; to < count; to++) if (to !== from) underWay.push({ to, data });
    };
    return { ...openPeer(post, ({ record }) => seen.push(record)), seen };
  });

  function deliverOne(fate: 'once' | 'doubled' | 'lost') {
    const [message] = underWay.splice(roll(underWay.length), 1);
    if (!message || fate === 'lost') return;
    if (fate === 'doubled') underWay.push(message);
    const tab = tabs[message.to];
    if (tab) hear(tab, message.data);
  }

  return {
    tabs,
    deliverOne,
    deliverAll() {
      for (let left = 20_000; underWay.length > 0; left--) {
        if (left === 0) throw new Error('The tabs never fall silent.');
        deliverOne('once');
      }
    },
  };
}

const order = ({ epoch, id, generation, ended }: SessionRecord) => ({ epoch, id, generation, ended });

describe('lost, doubled and reordered messages', () => {
  it('all tabs end with the same record, in each of 300 histories', () => {
    stopClocks();
    for (let seed = 0; seed < 300; seed++) liveThrough(seed);
  });

  it('tabs that have acted without knowing of each other fall silent', () => {
    stopClocks();
    // A history in which three of them refused each other's answers again and again.
    liveThrough(2_280);
  });

  function liveThrough(seed: number) {
    const roll = dice(seed);
    // The ids of sessions decide between two of one moment: a history that fails is to fail again.
    const rollId = dice(seed + 1_000);
    vi.spyOn(Math, 'random').mockImplementation(() => rollId(1_000_003) / 1_000_003);
    const { tabs, deliverOne, deliverAll } = unreliableTabs(2 + roll(4), roll);
    let serial = 0;
    const newToken = (sub: string) => {
      const value = jwt({ sub, jti: ++serial });
      return { value, lifetime: Infinity, receivedAt: now(), claims: decodeClaims(value) };
    };

    for (let step = 0; step < 60; step++) {
      const session = tabs[roll(tabs.length)]?.session ?? raise();
      const { epoch, ended, token } = session.record;
      const isOpen = epoch > 0 && !ended;
      const action = roll(12);
      if (action === 0) beginSession(session, { accessToken: newToken(roll(2) ? 'ada' : 'bob') });
      else if (action === 1) endSession(session, 'signed-out');
      else if (action === 2 && isOpen) endSession(session, 'expired');
      else if (action <= 4 && isOpen) renewSession(session, { accessToken: newToken(String(token?.claims?.sub)) });
      else deliverOne((['once', 'once', 'doubled', 'lost'] as const)[roll(4)] ?? 'once');
      // The wall clock moves, at times backwards.
      if (roll(5) === 0) jumpWallClock(roll(3) - 1);
    }
    deliverAll();
    // Whoever missed a message learns of it when it asks.
    for (const { peers, session } of tabs) void askPeers(peers, session);
    deliverAll();

    const [first, ...others] = tabs.map(({ session }) => order(session.record));
    expect(others, `seed ${seed}`).toEqual(others.map(() => first));
    expect(new Set(tabs.map(({ session }) => session.state.status)).size, `seed ${seed}`).toBe(1);

    const hasEnded = new Set<string>();
    for (const { seen } of tabs) {
      for (const [index, current] of seen.entries()) {
        const previous = seen[index - 1];
        const session = `${current.epoch} ${current.id}`;
        if (previous) expect(isNewer(current, previous), `seed ${seed}`).toBe(true);
        if (current.ended) hasEnded.add(session);
        else
          expect(
            seen.slice(0, index).some(({ id, ended }) => ended && id === current.id),
            `seed ${seed}`,
          ).toBe(false);
      }
    }
    if (!first?.ended) expect(hasEnded, `seed ${seed}`).not.toContain(`${first?.epoch} ${first?.id}`);
  }
});

function raise(): never {
  throw new Error('There is no such tab.');
}
