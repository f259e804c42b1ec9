/** Notes for the next page: how long refreshes have taken, and whether the server sets the hint cookie. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { longestAnswer, noteAnswerTime } from '../../src/tabs/answer-times.ts';
import { isHintMissing, isNobodyHinted, noteHint } from '../../src/tabs/hint-note.ts';
import { readNote, writeNote } from '../../src/tabs/tab-notes.ts';
import { type TabParts, tabParts } from '../given/tab-parts.ts';
import { stubStorage } from '../world/storage.ts';

let stored: Map<string, string>;
let tabs: TabParts;
beforeEach(() => {
  stored = stubStorage();
  tabs = tabParts({ lockNames: ['first', 'last'] });
  return () => vi.unstubAllGlobals();
});

describe('a note', () => {
  it('stands under the name of the last lock, each under its own', () => {
    writeNote(tabs, 'one');
    writeNote(tabs, 'two', ' about');
    expect([...stored]).toEqual([
      ['last', 'one'],
      ['last about', 'two'],
    ]);
    expect([readNote(tabs), readNote(tabs, ' about')]).toEqual(['one', 'two']);
    writeNote(tabs, undefined);
    expect([readNote(tabs), readNote(tabs, ' about')]).toEqual([undefined, 'two']);
  });

  it('is none where there is no storage, or it is full', () => {
    const refuse = () => {
      throw new DOMException('', 'SecurityError');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
    writeNote(tabs, 'one');
    writeNote(tabs, undefined);
    expect(readNote(tabs)).toBeUndefined();
    vi.stubGlobal('localStorage', undefined);
    writeNote(tabs, 'one');
    expect(readNote(tabs)).toBeUndefined();
  });
});

describe('how long refreshes have taken', () => {
  const noted = () => stored.get('last took');

  it('the longest one counts, in whole milliseconds, and a tenth of it is forgotten with each', () => {
    noteAnswerTime(tabs, 99.2);
    expect(noted()).toBe('100');
    noteAnswerTime(tabs, 1);
    expect(noted()).toBe('90');
    noteAnswerTime(tabs, 400);
    expect(noted()).toBe('400');
  });

  it('isn’t noted where tabs take no turns: nobody waits', () => {
    noteAnswerTime({ ...tabs, locks: undefined }, 100);
    expect(stored.size).toBe(0);
  });

  it.each([
    ['nothing is noted', undefined, 5_000],
    ['nonsense is noted', 'nonsense', 5_000],
    ['little is noted', '1', 1_000],
    ['some time is noted', '300', 3_000],
    ['much is noted', '900', 5_000],
  ])('bounds the wait of a user: %s', (_, text, longest) => {
    if (text) stored.set('last took', text);
    expect(longestAnswer(tabs, 'user')).toBe(longest);
    expect(longestAnswer(tabs, 'visitor')).toBe(1_000);
  });

  it('is nonsense that a refresh replaces', () => {
    stored.set('last took', 'nonsense');
    noteAnswerTime(tabs, 5);
    expect(noted()).toBe('5');
  });

  it('no wait is longer than half of a short refreshTimeout', () => {
    const short = { ...tabs, deadlines: { ...tabs.deadlines, abandonedRequest: 500 } };
    expect([longestAnswer(short, 'user'), longestAnswer(short, 'visitor')]).toEqual([500, 500]);
  });
});

describe('whether the server sets the hint cookie', () => {
  it('it is noted that it doesn’t, and told from the second time on', () => {
    tabs.hintIs('');
    expect(isNobodyHinted(tabs)).toBe(true);
    expect(noteHint(tabs)).toBe(false);
    expect(stored.get('last hint')).toBe('missing');
    expect([isHintMissing(tabs), isNobodyHinted(tabs)]).toEqual([true, false]);
    expect(noteHint(tabs)).toBe(true);
  });

  it('the note goes when it does', () => {
    stored.set('last hint', 'missing');
    tabs.hintIs('a.b');
    expect(noteHint(tabs)).toBe(false);
    expect(stored.size).toBe(0);
    expect([isHintMissing(tabs), isNobodyHinted(tabs)]).toEqual([false, false]);
  });

  it('nothing is written where it is noted already', () => {
    const { setItem, removeItem } = localStorage;
    const write = vi.fn();
    Object.assign(localStorage, { setItem: write, removeItem: write });
    tabs.hintIs('a.b');
    noteHint(tabs);
    expect(write).not.toHaveBeenCalled();
    Object.assign(localStorage, { setItem, removeItem });
    tabs.hintIs('');
    noteHint(tabs);
    Object.assign(localStorage, { setItem: write, removeItem: write });
    noteHint(tabs);
    expect(write).not.toHaveBeenCalled();
  });

  it('without the option nothing is known', () => {
    stored.set('last hint', 'missing');
    expect(noteHint(tabs)).toBe(false);
    expect(stored.get('last hint')).toBe('missing');
    stored.clear();
    expect(isNobodyHinted(tabs)).toBe(false);
  });
});
