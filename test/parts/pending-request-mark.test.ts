/** The mark of a request under way: who writes it, who takes it away, and how long the next page waits for it. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { noteAnswerTime } from '../../src/tabs/answer-times.ts';
import { noteHint } from '../../src/tabs/hint-note.ts';
import {
  abandonedRequestSettled,
  clearNoSession,
  markNoSession,
  markPending,
} from '../../src/tabs/pending-request-mark.ts';
import { type TabParts, tabParts } from '../given/tab-parts.ts';
import { jumpWallClock, pass, stopClocks } from '../world/clocks.ts';
import { stubStorage } from '../world/storage.ts';
import { rest, standing } from '../world/waiting.ts';

let stored: Map<string, string>;
let tabs: TabParts;
const mark = () => stored.get(tabs.lockNames[0] ?? '');
const leave = (text: string) => stored.set(tabs.lockNames[0] ?? '', text);

beforeEach(() => {
  stopClocks();
  stored = stubStorage();
  tabs = tabParts();
  return () => vi.unstubAllGlobals();
});

describe('it is written', () => {
  it('with its time, and with the hint cookie where there is such an option', () => {
    void markPending(tabs, 'user');
    expect(mark()).toBe(String(Date.now()));
    tabs.hintIs('a.b');
    stored.clear();
    void markPending(tabs, 'user');
    expect(mark()).toBe(`${Date.now()} =a.b`);
    tabs.hintIs('');
    stored.clear();
    void markPending(tabs, 'user');
    expect(mark()).toBe(`${Date.now()} =`);
  });

  it('not where tabs take no turns', async () => {
    tabs = tabParts({ locks: undefined });
    await markPending(tabs, 'user')('answered');
    markNoSession(tabs);
    expect(stored.size).toBe(0);
    leave('nobody');
    clearNoSession(tabs);
    expect(mark()).toBe('nobody');
  });

  it.each<[string, 'user' | 'maybe-visitor', string | undefined, string | undefined, string]>([
    ['of a visitor, who is known as one', 'maybe-visitor', undefined, 'nobody', 'nobody TIME'],
    ['of a visitor whose hint cookie is missing', 'maybe-visitor', '', 'nobody', 'nobody TIME ='],
    ['of one who is told by the hint cookie', 'maybe-visitor', 'a.b', 'nobody', 'TIME =a.b'],
    ['of one of whom nothing is known', 'maybe-visitor', undefined, undefined, 'TIME'],
    ['of a user', 'user', undefined, 'nobody', 'TIME'],
    ['of a visitor, behind the mark of another one', 'maybe-visitor', undefined, 'nobody 5', 'nobody TIME'],
  ])('%s', (_, who, hint, before, expected) => {
    tabs.hintIs(hint);
    if (before) leave(before);
    void markPending(tabs, who);
    expect(mark()).toBe(expected.replace('TIME', String(Date.now())));
  });

  it('not over that of a request whose turn it is', () => {
    const before = String(Date.now());
    void markPending(tabs, 'user');
    jumpWallClock(4_999);
    void markPending(tabs, 'user');
    expect(mark()).toBe(before);
    jumpWallClock(1);
    void markPending(tabs, 'user');
    expect(mark()).toBe(String(Date.now()));
  });

  it('over a visitor’s', () => {
    leave(`nobody ${Date.now()}`);
    jumpWallClock(1);
    void markPending(tabs, 'user');
    expect(mark()).toBe(String(Date.now()));
  });
});

describe('it goes', () => {
  it('with the answer', async () => {
    expect(await markPending(tabs, 'user')('answered')).toBe(true);
    expect(mark()).toBeUndefined();
  });

  it('with the answer to a visitor, of whom the server says that they are one', async () => {
    expect(await markPending(tabs, 'user')('no-session')).toBe(true);
    expect(mark()).toBe('nobody');
  });

  it('and a visitor whose request says nothing else stays one', async () => {
    leave('nobody');
    expect(await markPending(tabs, 'maybe-visitor')('answered')).toBe(true);
    expect(mark()).toBe('nobody');
  });

  it('not where another tab’s stands there by now', async () => {
    const end = markPending(tabs, 'user');
    leave('12345');
    expect(await end('answered')).toBe(true);
    expect(mark()).toBe('12345');
    stored.clear();
    await end('answered');
    expect(stored.size).toBe(0);
  });

  it('two seconds after the connection was lost, if the page is still there', async () => {
    const over = markPending(tabs, 'user')('lost');
    await pass(1_999);
    expect(await standing(over)).toBe('pending');
    expect(mark()).toBeDefined();
    await pass(1);
    expect(await over).toBe(true);
    expect(mark()).toBeUndefined();
  });

  it('so much later where timers come early', async () => {
    const over = markPending(tabs, 'user')('lost');
    const timers = vi.spyOn(globalThis, 'setTimeout');
    // A timer may fire a little before its time by the other clock.
    jumpWallClock(-1);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_999);
    await pass(2_000);
    expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([1]);
    vi.mocked(performance.now).mockReturnValue(performance.now() + 1);
    await pass(1);
    expect(await over).toBe(true);
  });

  it('not where the page goes, or the client: its request goes on', async () => {
    const over = markPending(tabs, 'user')('lost');
    tabs.disposed.open();
    expect(await over).toBe(false);
    expect(mark()).toBeDefined();
    expect(await markPending(tabs, 'user')('lost')).toBe(false);
  });
});

describe('a visitor', () => {
  it('who signs in is none any more', () => {
    markNoSession(tabs);
    expect(mark()).toBe('nobody');
    clearNoSession(tabs);
    expect(mark()).toBeUndefined();
  });

  it('whose request is under way is a user with one', () => {
    leave('nobody 123 =');
    clearNoSession(tabs);
    expect(mark()).toBe('123 =');
    clearNoSession(tabs);
    expect(mark()).toBe('123 =');
  });
});

describe('the next page waits', () => {
  /** Milliseconds until it goes on. */
  async function waitFor(text: string | undefined, upTo = 10_000): Promise<number> {
    if (text) leave(text.replace('NOW', String(Date.now())));
    const settled = abandonedRequestSettled(tabs);
    let waited = 0;
    for (; waited < upTo && (await standing(settled)) === 'pending'; waited += 25) await pass(25);
    return waited;
  }

  it.each<[string, string | undefined]>([
    ['without a mark', undefined],
    ['where nobody is signed in', 'nobody'],
    ['what is no mark', 'nonsense'],
    ['what only ends like one', 'x NOW'],
    ['what only begins like one', 'NOW x'],
    ['what is not the word', 'anybody NOW'],
  ])('not for %s', async (_, text) => {
    expect(await waitFor(text)).toBe(0);
  });

  it('for half of refreshTimeout, where no refresh has been seen', async () => {
    expect(await waitFor('NOW')).toBe(5_000);
  });

  it('for ten times the longest refresh, where one has been seen, and for a second at least', async () => {
    noteAnswerTime(tabs, 200);
    expect(await waitFor('NOW')).toBe(2_000);
    stored.clear();
    noteAnswerTime(tabs, 10);
    expect(await waitFor('NOW')).toBe(1_000);
    noteAnswerTime(tabs, 600);
    expect(await waitFor('NOW')).toBe(5_000);
  });

  it('for a visitor’s for a second', async () => {
    expect(await waitFor('nobody NOW')).toBe(1_000);
  });

  it('not for a visitor’s at a server whose hint cookie says so', async () => {
    tabs.hintIs('');
    expect(await waitFor('nobody NOW =')).toBe(0);
    expect(await waitFor('nobody NOW')).toBe(1_000);
    expect(await waitFor('nobody NOW =a.b')).toBe(0);
    expect(await waitFor('NOW =')).toBe(5_000);
    tabs.hintIs('a.b');
    expect(await waitFor('nobody NOW =')).toBe(0);
  });

  it('for a visitor’s at a server that has signed somebody in without it', async () => {
    tabs.hintIs('');
    noteHint(tabs);
    expect(await waitFor('nobody NOW =')).toBe(1_000);
  });

  it('as long as the hint cookie stays, and no longer', async () => {
    noteAnswerTime(tabs, 10);
    tabs.hintIs('a.b');
    expect(await waitFor('NOW =a.b')).toBe(5_000);
    expect(await waitFor('NOW =a.c')).toBe(0);
    leave(`${Date.now()} =a.b`);
    const settled = abandonedRequestSettled(tabs);
    await pass(10);
    expect(await standing(settled)).toBe('pending');
    tabs.hintIs('a.c');
    await rest();
    expect(await standing(settled)).toBe('fulfilled');
  });

  it('where the hint isn’t known, as without it', async () => {
    noteAnswerTime(tabs, 10);
    expect(await waitFor('NOW =a.b')).toBe(1_000);
    expect(await waitFor('nobody NOW =')).toBe(1_000);
  });

  it.each([
    ['past', -5_000],
    ['future', 5_000],
  ])('not for one of the far %s', async (_, away) => {
    expect(await waitFor(String(Date.now() + away))).toBe(0);
    expect(await waitFor(String(Date.now() + away - Math.sign(away)), 25)).toBe(25);
  });

  it('until the mark goes, whoever takes it away', async () => {
    leave(String(Date.now()));
    const settled = abandonedRequestSettled(tabs);
    await pass(24);
    stored.clear();
    expect(await standing(settled)).toBe('pending');
    await pass(1);
    expect(await standing(settled)).toBe('fulfilled');
  });

  it('not once the client is disposed of', async () => {
    leave(String(Date.now()));
    const settled = abandonedRequestSettled(tabs);
    await rest();
    tabs.disposed.open();
    await rest();
    expect(await standing(settled)).toBe('fulfilled');
    expect(await waitFor('NOW')).toBe(0);
  });

  it('leaves nothing behind that listens', async () => {
    tabs.hintIs('a.b');
    const onChange = vi.spyOn(tabs.hint, 'onChange');
    const onDisposal = vi.spyOn(tabs.disposed, 'onOpen');
    const undone = vi.fn();
    onChange.mockReturnValue(undone);
    onDisposal.mockReturnValue(undone);
    leave(`${Date.now()} =a.b`);
    const settled = abandonedRequestSettled(tabs);
    await pass(25);
    stored.clear();
    await pass(25);
    await settled;
    expect(undone).toHaveBeenCalledTimes(4);
  });
});
