/** A tab that has missed a rotation: whom it asks, how long it waits, and when its session is lost. */

import { beforeEach, expect, it, vi } from 'vitest';
import type { Session } from '../../../src/session/session.ts';
import { beginSession, endSession, keepToken, renewSession } from '../../../src/session/session-changes.ts';
import { rotationOf } from '../../../src/session/session-record.ts';
import { isRotationLost, markRotation } from '../../../src/tabs/rotation-mark.ts';
import type { Tabs } from '../../../src/tabs/tabs.ts';
import { hear, newGrant, openPeer } from '../../given/peers.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { stubStorage } from '../../world/storage.ts';

const ANSWERED_WITHIN = 1_000;

let posted: unknown[];
let heard: unknown[];
let other: ReturnType<typeof openPeer>;
let tab: ReturnType<typeof openPeer>;
const tabs = () => tab.peers as Tabs;
const mark = (session: Session) => markRotation(tabs(), session.record);
const marked = () => JSON.parse(localStorage.getItem('peers rotation') ?? 'null');
const asks = () => posted.filter((message) => (message as { kind?: string }).kind === 'ask').length;

beforeEach(() => {
  stopClocks();
  stubStorage();
  posted = [];
  heard = [];
  other = openPeer((message) => heard.push(message));
  tab = openPeer((message) => posted.push(message));
  beginSession(other.session, newGrant());
  for (const message of heard.splice(0)) hear(tab, message);
  mark(other.session);
  posted.length = 0;
  return () => vi.unstubAllGlobals();
});

/** What the other tab does, while this one hears nothing. */
function rotate(): void {
  renewSession(other.session, newGrant());
  mark(other.session);
}

it('who has the newest one asks nobody', async () => {
  expect(await isRotationLost(tabs(), tab.session)).toBe(false);
  expect(posted).toEqual([]);
});

it('the mark of a session of before says nothing of this one', async () => {
  beginSession(tab.session, newGrant());
  posted.length = 0;
  expect(await isRotationLost(tabs(), tab.session)).toBe(false);
  expect(posted).toEqual([]);
});

it('the others are asked, and who hears goes on at once', async () => {
  rotate();
  const lost = isRotationLost(tabs(), tab.session);
  expect(asks()).toBe(1);
  for (const message of heard) hear(tab, message);
  expect(await lost).toBe(false);
  expect(tab.session.record.refreshToken).toBe(other.session.record.refreshToken);
  expect(asks()).toBe(1);
});

it('news of an earlier rotation neither ends the wait nor prolongs it', async () => {
  rotate();
  const missed = heard.splice(0);
  rotate();
  let isSettled = false;
  const lost = isRotationLost(tabs(), tab.session).finally(() => {
    isSettled = true;
  });
  await pass(ANSWERED_WITHIN / 2);
  for (const message of missed) hear(tab, message);
  await pass(ANSWERED_WITHIN / 2 - 1);
  expect(isSettled).toBe(false);
  await pass(1);
  expect(await lost).toBe(true);
});

it('after a second without an answer it is lost, and the next tab needn’t wait', async () => {
  rotate();
  const lost = isRotationLost(tabs(), tab.session);
  await pass(ANSWERED_WITHIN - 1);
  expect(marked()).toMatchObject({ generation: 2, isGone: false });
  await pass(1);
  expect(await lost).toBe(true);
  expect(marked()).toMatchObject({ generation: 2, isGone: true });

  expect(await isRotationLost(tabs(), tab.session)).toBe(true);
  expect(asks()).toBe(1);
});

it('the session has ended elsewhere: nobody is asked', async () => {
  endSession(other.session, 'signed-out');
  mark(other.session);
  expect(await isRotationLost(tabs(), tab.session)).toBe(true);
  expect(posted).toEqual([]);
});

it.each([
  ['a page that was slow has been answered, or will not be', 2 * ANSWERED_WITHIN - 1, 1],
  ['a page that has stood still asks once more, and no more', 2 * ANSWERED_WITHIN, 2],
])('%s', async (_, stoodStill, times) => {
  rotate();
  const lost = isRotationLost(tabs(), tab.session);
  for (let i = 0; i < 2; i++) {
    await pass(ANSWERED_WITHIN - 1);
    jumpWallClock(stoodStill - ANSWERED_WITHIN);
    await pass(1);
  }
  expect(await lost).toBe(true);
  expect(asks()).toBe(times);
});

it('who is told the second time goes on', async () => {
  rotate();
  const lost = isRotationLost(tabs(), tab.session);
  jumpWallClock(60_000);
  await pass(ANSWERED_WITHIN);
  expect(asks()).toBe(2);
  for (const message of heard) hear(tab, message);
  expect(await lost).toBe(false);
});

it('who is told while standing still asks no second time', async () => {
  rotate();
  const lost = isRotationLost(tabs(), tab.session);
  jumpWallClock(60_000);
  for (const message of heard) hear(tab, message);
  expect(await lost).toBe(false);
  expect(asks()).toBe(1);
});

it('a refresh that brought no new refresh token elsewhere leaves this one good, and is caught up with', async () => {
  const { session } = other;
  keepToken(session, session.record.refreshToken);
  mark(session);
  const lost = isRotationLost(tabs(), tab.session);
  await pass(ANSWERED_WITHIN);
  expect(await lost).toBe(false);
  expect(tab.session.record.generation).toBe(session.record.generation);
  expect(rotationOf(tab.session.record)).toBe(1);
  expect(marked()).toMatchObject({ isGone: false });
});

it.each([
  ['another session', { id: 'zz' }],
  ['a later sign-in', { epoch: 9e15 }],
])('the same count of rotations in %s is another refresh token', async (_, change) => {
  markRotation(tabs(), { ...tab.session.record, generation: 2, rotation: 1, ...change });
  const lost = isRotationLost(tabs(), tab.session);
  await pass(ANSWERED_WITHIN);
  expect(await lost).toBe(true);
});

it.each([
  ['cannot be read', 'nonsense'],
  ['is missing', undefined],
])('a mark that %s says nothing', async (_, text) => {
  rotate();
  if (text) localStorage.setItem('peers rotation', text);
  else localStorage.removeItem('peers rotation');
  expect(await isRotationLost(tabs(), tab.session)).toBe(false);
  expect(posted).toEqual([]);
});

it('without a channel no mark is read, and none is written', async () => {
  rotate();
  expect(await isRotationLost({ ...tabs(), channel: undefined }, tab.session)).toBe(false);
  localStorage.removeItem('peers rotation');
  expect(markRotation({ ...tabs(), channel: undefined }, tab.session.record)).toBe(true);
  expect(marked()).toBeNull();
});

it('where there is no storage at all, a mark counts as written', () => {
  vi.stubGlobal('localStorage', undefined);
  expect(mark(tab.session)).toBe(true);
});
