/** `createTestAuth()`: states and events are those of the real client. */

import {
  type AuthClient,
  createAuthClient,
  isAuthError,
  RefreshUnavailableError,
  SignedOutError,
} from 'silent-refresh';
import { createTestAuth } from 'silent-refresh/testing';
import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { openTab, record } from '../../world/tabs.ts';
import { standing } from '../../world/waiting.ts';

interface ShopClaims {
  readonly sub: string;
  readonly role: string;
  readonly tenant: string;
}

/** What an app sees: each state that it is told of, less what no two tokens have alike. */
function seenBy(auth: AuthClient) {
  const states: object[] = [];
  const events = record(auth);
  auth.subscribe(() => {
    const { claims: _, expiresAt: __, ...state } = { claims: 0, expiresAt: 0, ...auth.getState() };
    states.push(state);
  });
  return { states, events };
}

describe('what an app sees is what the real client shows', () => {
  const answerTo = { signIn: (user: string) => ({ access_token: `${user}-${Math.random()}`, user }) };
  const real = () =>
    openTab({
      tabs: false,
      refresh: async () => Response.json({ error: 'invalid_grant' }, { status: 401 }),
      signOut: undefined,
      subject: (_, answer) => (answer as { user?: string }).user,
    });

  it('a visitor, Ada, Ada again, Bob, a sign-out, and Ada whose session the server ends', async () => {
    const [theirs, ours] = [real(), createTestAuth({ state: 'restoring' })];
    const [seenThere, seenHere] = [seenBy(theirs), seenBy(ours)];

    await theirs.restore();
    ours.endSession('no-session');
    await theirs.setSession(answerTo.signIn('ada'));
    ours.signInAs('ada');
    await theirs.setSession(answerTo.signIn('ada'));
    ours.signInAs('ada');
    await theirs.setSession(answerTo.signIn('bob'));
    ours.signInAs('bob');
    await theirs.signOut();
    ours.endSession('signed-out');
    await theirs.setSession(answerTo.signIn('ada'));
    ours.signInAs('ada');
    await theirs.refresh().catch(() => {});
    ours.endSession('expired');

    expect(seenHere.states).toEqual(seenThere.states);
    // The refusal of the refresh is an event of its own.
    expect(seenHere.events).toEqual(seenThere.events.filter(({ name }) => name !== 'refresh-failed'));
    expect(seenHere.events.map(({ name }) => name)).toEqual([
      ...['signed-in', 'refreshed', 'user-changed', 'signed-out', 'signed-in', 'signed-out'],
    ]);
  });

  it('a restore that fails, and one that finds Ada', async () => {
    let answer = () => Response.error();
    const theirs = openTab({ tabs: false, refreshTimeout: 100, refresh: async () => answer() });
    const ours = createTestAuth({ state: 'restoring' });
    const [seenThere, seenHere] = [seenBy(theirs), seenBy(ours)];

    await theirs.restore().catch(() => {});
    ours.failRefresh();
    answer = () => Response.json({ access_token: 'one' });
    await theirs.setSession({ access_token: 'two' });
    ours.signInAs({});

    expect(seenHere.states).toEqual(seenThere.states);
    expect(seenHere.states[0]).toEqual(
      expect.objectContaining({ status: 'restoring', error: { code: 'refresh-unavailable', retryable: true } }),
    );
    expect(seenHere.events.map(({ name }) => name)).toEqual(seenThere.events.map(({ name }) => name));
  });
});

describe('the state is what the test says', () => {
  it('it begins as it is told, and by default nobody is signed in', () => {
    const claims = { role: 'admin' };
    const expiresAt = 4_000_000_000_000;

    expect(createTestAuth().getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(createTestAuth({ state: 'restoring' }).getState()).toEqual({ status: 'restoring' });
    for (const reason of ['no-session', 'signed-out', 'expired'] as const)
      expect(createTestAuth({ state: reason }).getState()).toEqual({ status: 'signed-out', reason });
    expect(createTestAuth<ShopClaims>({ user: 'ada', claims, expiresAt }).getState()).toEqual({
      status: 'signed-in',
      subject: 'ada',
      claims: { sub: 'ada', role: 'admin' },
      expiresAt,
    });
  });

  it('it is frozen, and the same object until it changes', () => {
    const auth = createTestAuth({ user: 'ada' });
    const before = auth.getState();

    expect(auth.getState()).toBe(before);
    expect([before, before.status === 'signed-in' && before.claims].map(Object.isFrozen)).toEqual([true, true]);
    auth.signInAs({ user: 'ada', claims: { role: 'guest' } });
    expect(auth.getState()).not.toBe(before);
    expect(auth.getState()).toMatchObject({ subject: 'ada', claims: { role: 'guest' } });
  });

  it('a user without a name or claims has an opaque token', () => {
    const auth = createTestAuth();
    auth.signInAs({});
    expect(auth.getState()).toEqual({
      status: 'signed-in',
      subject: undefined,
      claims: undefined,
      expiresAt: undefined,
    });
  });

  it('refresh() brings the same user a new token', async () => {
    const auth = createTestAuth({ user: 'ada', claims: { role: 'admin' }, expiresAt: 4_000_000_000_000 });
    const events = record(auth);
    const [before, token] = [auth.getState(), await auth.getAccessToken()];

    expect(await auth.refresh()).toEqual(before);
    expect(await auth.getAccessToken()).not.toBe(token);
    expect(events).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });

  it('refresh() is rejected where nobody is signed in', async () => {
    expect(await failureOf(createTestAuth().refresh())).toBeInstanceOf(SignedOutError);
    expect(await failureOf(createTestAuth({ state: 'expired' }).refresh())).toMatchObject({ code: 'session-expired' });
  });

  it('restore() waits for the test, and is rejected by a refresh that fails', async () => {
    const auth = createTestAuth({ state: 'restoring' });
    const error = new RefreshUnavailableError('offline', 2_000);
    const failed = failureOf(auth.restore());
    auth.failRefresh(error);

    expect(await failed).toBe(error);
    const restored = auth.restore();
    expect(await standing(restored)).toBe('pending');
    auth.signInAs('ada');
    expect(await restored).toBe(auth.getState());
  });

  it('a refresh that fails signs nobody out', () => {
    const auth = createTestAuth({ user: 'ada' });
    const before = auth.getState();
    auth.failRefresh();
    expect(auth.getState()).toBe(before);
  });

  it('signOut() says what it is told of the server', async () => {
    expect(await createTestAuth({ user: 'ada' }).signOut()).toEqual({ serverConfirmed: true });
    const auth = createTestAuth({ user: 'ada', serverConfirmed: false });
    const signedOut = auth.signOut();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    expect(await signedOut).toEqual({ serverConfirmed: false });
  });

  it('after dispose() it is as the real client', async () => {
    const auth = createTestAuth({ user: 'ada' });
    const listener = vi.fn();
    auth.subscribe(listener);
    auth.dispose();
    auth.dispose();

    expect(auth.getState()).toEqual({ status: 'restoring' });
    expect(await auth.restore()).toEqual({ status: 'restoring' });
    expect(await auth.signOut()).toEqual({ serverConfirmed: true });
    for (const call of [auth.fetch('/api/me'), auth.refresh(), auth.signIn(), auth.setSession({ access_token: 'a' })])
      expect(await failureOf(call)).toMatchObject({ code: 'configuration' });
    expect(() => auth.signInAs('bob')).toThrow(expect.objectContaining({ code: 'configuration' }));
    expect(() => auth.endSession('expired')).toThrow(expect.objectContaining({ code: 'configuration' }));
    expect(() => auth.failRefresh()).toThrow(expect.objectContaining({ code: 'configuration' }));
    expect(listener).not.toHaveBeenCalled();
  });
});

it('its errors are known to every copy of the package', async () => {
  const auth = createTestAuth();
  expect(isAuthError(await failureOf(auth.getAccessToken()))).toBe(true);
  // Wherever the app takes a client.
  const clients: AuthClient[] = [auth, createAuthClient({ refresh: '/auth/refresh', tabs: false })];
  for (const client of clients) client.dispose();
});
