/** Messages between tabs: garbage changes nothing, and neither does another version or a tab with an older view. */

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readMessage, writeMessage } from '../../src/tabs/tab-message.ts';
import { now } from '../../src/wait.ts';
import { adasTab } from '../given/ada.ts';
import { outliveToken } from '../given/expired-token.ts';
import { othersStaySilent } from '../given/new-tab.ts';
import { API, jwt, startAuthServer } from '../world/auth-server.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';
import { openRawChannel } from '../world/messages.ts';
import { newBrowser, openTab, record, signedInEverywhere } from '../world/tabs.ts';
import { gate, rest, until } from '../world/waiting.ts';

const FUTURE = Date.now() + 3_600_000;
const token = jwt({ sub: 'mallory', iat: 1, exp: 61 });

/** What a tab of this version says; newer than all that the tests' tabs know. */
const whole = {
  v: 1,
  kind: 'session',
  epoch: FUTURE,
  id: 'x',
  generation: 7,
  value: token,
  lifetime: 60_000,
  wall: Date.now(),
  age: 5,
};

/** As `whole`, but for one field that makes no sense. */
const halfValid: Record<string, unknown>[] = [
  ...[undefined, null, '5', NaN, Infinity, -1, 1.5, 2 ** 53, 1e300, {}, [5], 5n, true].map((epoch) => ({
    ...whole,
    epoch,
  })),
  ...[undefined, null, 5, {}, ['x'], true].map((id) => ({ ...whole, id })),
  ...[undefined, null, '7', NaN, Infinity, -Infinity, -1, 1.5, 2 ** 53, {}].map((generation) => ({
    ...whole,
    generation,
  })),
  ...[null, 5, {}, ['a.b.c'], true].map((value) => ({ ...whole, value })),
  ...[undefined, null, '60000', NaN, -1, {}].map((lifetime) => ({ ...whole, lifetime })),
  ...[undefined, null, '0', NaN, Infinity, -1].map((wall) => ({ ...whole, wall })),
  ...[undefined, null, '5', NaN, Infinity, -1].map((age) => ({ ...whole, age })),
  ...[null, '', 'no', 'no-session', true, 1, {}].map((ended) => ({ ...whole, ended })),
  ...[undefined, null, 0, '1', 1.5, 2, NaN, {}].map((v) => ({ ...whole, v })),
  ...[undefined, null, 'Session', 'token', 'constructor', 1, {}, ['session']].map((kind) => ({ ...whole, kind })),
  ...[undefined, null, '60000', NaN, Infinity, -1, {}].map((ms) => ({ v: 1, kind: 'cool-down', ms, wall: Date.now() })),
  ...[undefined, null, '0', NaN, Infinity, -1].map((wall) => ({ v: 1, kind: 'cool-down', ms: 60_000, wall })),
];

const nested = () => {
  let value: unknown = 'deep';
  for (let depth = 0; depth < 1_000; depth++) value = { data: value, v: 1, kind: { kind: value } };
  return value;
};

const nonsense: unknown[] = [
  null,
  undefined,
  0,
  1,
  NaN,
  Infinity,
  -1n,
  true,
  '',
  'session',
  '{"v":1,"kind":"ask"}',
  'x'.repeat(1_000_000),
  [],
  [whole],
  new Array(100_000).fill(0),
  {},
  { v: 1 },
  { kind: 'session' },
  { v: 1, kind: 'session' },
  { v: 1, record: whole },
  { data: whole },
  new Map(Object.entries(whole)),
  new Set([1]),
  new Date(NaN),
  /session/,
  new Error('session'),
  new Uint8Array(1_000),
  nested(),
  { v: 2, kind: 'ask' },
  { v: 2, kind: 'session', session: whole },
];

describe('the guard', () => {
  it('the guard lets no half-valid record through', () => {
    for (const message of halfValid) expect(readMessage(message), inspect(message)).toBeUndefined();
  });

  it('the guard knows nonsense', () => {
    for (const message of nonsense) expect(readMessage(message), inspect(message)).toBeUndefined();
  });

  it('the guard lets through what this version says, and nothing else', () => {
    expect(readMessage({ ...whole, ended: 'expired', admin: true })).toEqual({
      kind: 'session',
      record: { epoch: FUTURE, id: 'x', generation: 7, ended: 'expired' },
    });
    expect(readMessage(whole)).toMatchObject({
      kind: 'session',
      record: { epoch: FUTURE, id: 'x', generation: 7, token: { value: token, lifetime: 60_000 } },
    });
    expect(readMessage({ v: 1, kind: 'ask', ms: 'no' })).toEqual({ kind: 'ask' });
    stopClocks();
    expect(readMessage({ v: 1, kind: 'cool-down', ms: 5, wall: Date.now(), admin: true })).toEqual({
      kind: 'cool-down',
      ms: 5,
      isNamed: false,
      mayRetry: false,
    });
  });

  it('a pause that is read late is so much shorter, and none once it is over', () => {
    stopClocks();
    const sent = writeMessage({ kind: 'cool-down', ms: 30_000, isNamed: true, mayRetry: false }, 'with-tokens');
    jumpWallClock(20_000);
    expect(readMessage(sent)).toMatchObject({ ms: 10_000, isNamed: true });
    jumpWallClock(10_000);
    expect(readMessage(sent)).toBeUndefined();
  });

  it('a pause of a sender whose clock was set back since is as long as it says', () => {
    stopClocks();
    const sent = writeMessage({ kind: 'cool-down', ms: 30_000, isNamed: true, mayRetry: false }, 'with-tokens');
    jumpWallClock(-3_600_000);
    expect(readMessage(sent)).toMatchObject({ ms: 30_000 });
  });

  it('a token’s age travels with it, so it expires everywhere at once', () => {
    stopClocks();
    const receivedAt = now();
    jumpWallClock(20_000);
    const sent = writeMessage(
      { kind: 'session', record: { ...whole, token: { value: token, lifetime: 60_000, receivedAt, claims: {} } } },
      'with-tokens',
    );
    expect(sent).toMatchObject({ age: 20_000, lifetime: 60_000 });
    expect(JSON.stringify(sent)).not.toContain('monotonic');
  });

  it('an expired token in a message is no token', () => {
    const message = readMessage({ ...whole, age: 60_000 });
    expect(message).toEqual({ kind: 'session', record: { epoch: FUTURE, id: 'x', generation: 7 } });
  });
});

describe('garbage on the channel (P12)', () => {
  it('garbage on the channel changes nothing and throws nothing', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const [state, before] = [auth.getState(), await auth.getAccessToken()];
    const seen = record(auth);
    const changes: unknown[] = [];
    auth.subscribe(() => changes.push(auth.getState()));
    const raw = openRawChannel(name);

    for (const garbage of [...nonsense, ...halfValid]) {
      raw.say(garbage);
      raw.sayOutsideTheEnvelope(garbage);
      raw.sayOutsideTheEnvelope({ type: 'internal', time: 0, data: garbage });
      raw.sayOutsideTheEnvelope({ type: 'message', time: '0', data: garbage });
      raw.sayOutsideTheEnvelope({ type: 'message', time: 0 });
    }
    raw.sayOutsideTheEnvelope(whole);
    raw.sayOutsideTheEnvelope({ ...whole, type: 'message' });
    // Messages keep their order: once this is answered, all of the garbage has been heard.
    const answers = raw.heard.length;
    raw.say({ v: 1, kind: 'ask' });
    await until(() => raw.heard.length > answers);
    raw.close();

    expect(raw.heard.slice(answers)).toMatchObject([{ v: 1, kind: 'session', generation: 1, value: before }]);
    expect(auth.getState()).toBe(state);
    expect(await auth.getAccessToken()).toBe(before);
    expect(seen).toEqual([]);
    expect(changes).toEqual([]);
    // No pause has begun either.
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.refreshCalls).toBe(1);
  });

  it('garbage leaves a tab that knows nothing as it is', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const name = newBrowser();
    const auth = openTab({ name });
    const raw = openRawChannel(name);
    for (const garbage of [...nonsense, ...halfValid]) raw.say(garbage);
    // Knowing nothing is no answer.
    raw.say({ v: 1, kind: 'ask' });
    const restored = auth.restore();
    await until(() => raw.heard.length > 0);
    raw.close();
    expect(raw.heard).toEqual([{ v: 1, kind: 'ask' }]);
    expect(auth.getState()).toEqual({ status: 'restoring' });
    await othersStaySilent();

    expect(await restored).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });
});

describe('two versions in two tabs', () => {
  it('two versions take turns, and cost one refresh more', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const newer = openRawChannel(name);
    outliveToken();
    const mayAnswer = gate();
    // The other version refreshes: the same lock, the same cookie, a message of its own format.
    const theirs = navigator.locks.request(`silent-refresh:${name}`, async () => {
      await mayAnswer.opened;
      const response = await fetch('https://app.test/auth/refresh', { method: 'POST' });
      newer.say({ ...whole, v: 2, token: await response.json() });
    });
    const request = auth.fetch(`${API}/orders`);
    await rest();
    expect(server.refreshCalls).toBe(0);
    mayAnswer.open();
    await theirs;

    expect((await request).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    newer.close();
  });
});

describe('a tab with an older view', () => {
  it('a tab with an older view is corrected when it speaks', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const raw = openRawChannel(name);
    const stale = { ...whole, epoch: 5, generation: 3 };
    raw.say(stale);
    await until(() => raw.heard.length === 1);
    raw.close();

    expect(raw.heard).toMatchObject([{ v: 1, kind: 'session', value: await auth.getAccessToken() }]);
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
  });

  it('a tab with an older view doesn’t bring an ended session back', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = [openTab({ name }), openTab({ name })];
    const raw = openRawChannel(name);
    await a.signIn(server.login('ada'));
    await signedInEverywhere(a, b);
    await until(() => raw.heard.length > 0);
    const past = raw.heard[0];
    await b.signOut();
    await until(() => a.getState().status === 'signed-out');
    raw.say(past);
    raw.say({ ...past, generation: 99 });
    await rest();
    raw.close();

    for (const tab of [a, b]) expect(tab.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
  });

  it('one change is one message, however many tabs hear it', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const tabs = [openTab({ name }), openTab({ name }), openTab({ name })];
    const raw = openRawChannel(name);
    await tabs[0]?.signIn(server.login('ada'));
    await signedInEverywhere(...tabs);
    await tabs[1]?.refresh();
    await rest();
    raw.close();

    expect(raw.heard.map(({ kind, generation }) => [kind, generation])).toEqual([
      // A tab that knows of no session asks before it begins one.
      ['ask', undefined],
      ['session', 1],
      ['session', 2],
    ]);
  });

  it('a tab with an older view is corrected once, not for ever', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b, c] = [openTab({ name }), openTab({ name }), openTab({ name })];
    const raw = openRawChannel(name);
    await a.signIn(server.login('ada'));
    await signedInEverywhere(a, b, c);
    await b.refresh();
    await c.signOut();
    await rest();
    const quiet = raw.heard.length;
    raw.say({ ...raw.heard[0] });
    await rest();
    await rest();
    raw.close();

    // One correction from each of the three, and nothing after it.
    expect(raw.heard.length - quiet).toBe(3);
  });
});

it('no pause that another tab tells of is longer than an hour', () => {
  const message = readMessage({ v: 1, kind: 'cool-down', ms: 1e15, wall: Date.now(), isNamed: true });

  expect(message).toEqual({ kind: 'cool-down', ms: 3_600_000, isNamed: true, mayRetry: false });
});
