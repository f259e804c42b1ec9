/** The mark of the newest rotation: who may write it, and what it says of a session. No client, no lock, no message. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionRecord } from '../../../src/session/session-record.ts';
import { isSignedOutSince, markRotation } from '../../../src/tabs/rotation-mark.ts';
import type { Tabs } from '../../../src/tabs/tabs.ts';
import { stubStorage } from '../../world/storage.ts';

const tabs = { name: 'tabs', channel: {} } as Tabs;
const record = (rest: Partial<SessionRecord> = {}): SessionRecord => ({
  epoch: 100,
  id: 'one',
  generation: 2,
  ...rest,
});

let stored: Map<string, string>;
beforeEach(() => {
  stored = stubStorage();
});
afterEach(() => vi.unstubAllGlobals());
const mark = () => JSON.parse(stored.get('tabs rotation') ?? 'null');

describe('it is written', () => {
  it('without a token, and says whether the session is over', () => {
    expect(markRotation(tabs, record({ rotation: 1, refreshToken: 'secret' }))).toBe(true);
    expect(mark()).toEqual({ epoch: 100, id: 'one', generation: 2, rotation: 1, isGone: false });
    markRotation(tabs, record({ ended: 'expired' }));
    expect(mark()).toEqual({ epoch: 100, id: 'one', generation: 2, isGone: true });
  });

  it('not of a session that nobody knows', () => {
    expect(markRotation(tabs, record({ epoch: 0 }))).toBe(true);
    expect(stored.size).toBe(0);
  });

  it('not over a newer one of the same session, which the others know', () => {
    markRotation(tabs, record({ generation: 3 }));
    expect(markRotation(tabs, record())).toBe(true);
    expect(mark()).toMatchObject({ generation: 3 });
  });

  it('over one of another session, whatever its clock says', () => {
    markRotation(tabs, record({ epoch: 900, id: 'other' }));
    markRotation(tabs, record());
    expect(mark()).toMatchObject({ epoch: 100, id: 'one' });
  });

  it('and says so where there is no room for it', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => null,
      setItem() {
        throw new DOMException('', 'QuotaExceededError');
      },
    });
    expect(markRotation(tabs, record())).toBe(false);
    // There, nobody reads it.
    expect(markRotation({ ...tabs, channel: undefined }, record())).toBe(true);
  });
});

describe('the user has signed out of a session since', () => {
  it.each<[string, Partial<SessionRecord>, boolean]>([
    ['by a later sign-out of it', { epoch: 101, ended: 'signed-out' }, true],
    ['not by its end', { ended: 'expired' }, false],
    ['not by an earlier one', { epoch: 99, ended: 'signed-out' }, false],
    ['not by that of another session', { epoch: 101, id: 'other', ended: 'signed-out' }, false],
    ['not where it goes on', { epoch: 101 }, false],
  ])('%s', (_, last, expected) => {
    markRotation(tabs, record(last));
    expect(isSignedOutSince(tabs, record())).toBe(expected);
  });
});
