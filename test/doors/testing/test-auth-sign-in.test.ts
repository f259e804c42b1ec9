/** `createTestAuth()`: login forms work, and nothing happens by itself. */

import { SignedOutError } from 'silent-refresh';
import { createTestAuth } from 'silent-refresh/testing';
import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { watchForTraces } from '../../given/no-trace.ts';
import { startAuthServer } from '../../world/auth-server.ts';
import { withoutPage } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { standing } from '../../world/waiting.ts';

describe('a login form', () => {
  it('signIn() reads the answer of the request as the real client does', async () => {
    const server = startAuthServer();
    const auth = createTestAuth();
    const events = record(auth);

    expect(await auth.signIn(server.login('ada'))).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(events).toEqual([{ name: 'signed-in', detail: { subject: 'ada' } }]);
    expect(await auth.setSession(server.signIn('bob'))).toMatchObject({ subject: 'bob' });
  });

  it('signIn() is rejected by a refusal, and has the response', async () => {
    const response = Response.json({ error: 'locked' }, { status: 403 });
    const auth = createTestAuth();

    expect(await failureOf(auth.signIn(async () => response))).toMatchObject({ code: 'sign-in-failed', response });
    for (const [status, retryable] of [
      [403, false],
      [429, true],
      [503, true],
    ] as const) {
      const failed = failureOf(auth.signIn(async () => new Response(null, { status })));
      expect(await failed).toMatchObject({ retryable });
    }
    expect(await failureOf(auth.signIn(async () => ({ no: 'token' })))).toMatchObject({ code: 'sign-in-failed' });
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
  });

  it('a sign-out meanwhile wins', async () => {
    const auth = createTestAuth();
    const signingIn = auth.signIn(async () => {
      await auth.signOut();
      return { access_token: 'late' };
    });
    expect(await failureOf(signingIn)).toBeInstanceOf(SignedOutError);
    expect(auth.getState()).toMatchObject({ status: 'signed-out' });
  });

  it('signIn() without a request waits for the test to say who that is', async () => {
    const auth = createTestAuth({ state: 'restoring' });
    const signingIn = auth.signIn();
    expect(await standing(signingIn)).toBe('pending');
    auth.signInAs('ada');
    expect(await signingIn).toMatchObject({ subject: 'ada' });
    auth.endSession('expired');
    expect(await failureOf(auth.signIn())).toMatchObject({ code: 'sign-in-failed' });
  });
});

describe('it does nothing by itself', () => {
  const traces = watchForTraces();

  it('no channel, lock, timer, listener or storage', async () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');
    const setInterval = vi.spyOn(globalThis, 'setInterval');
    const locks = vi.spyOn(navigator.locks, 'request');
    const storage = vi.fn();
    vi.stubGlobal('localStorage', new Proxy({}, { get: storage, set: storage }));
    const auth = createTestAuth({ user: 'ada', expiresAt: Date.now() + 10, fetch: () => Response.json({}) });

    await auth.fetch('/api/orders');
    await auth.refresh();
    await auth.signIn(async () => Response.json({ access_token: 'another', expires_in: 2 }));
    await auth.restore();
    await auth.signOut();

    expect([setTimeout, setInterval, locks, storage].map(({ mock }) => mock.calls)).toEqual([[], [], [], []]);
    expect(traces.channels.open).toBe(0);
    expect([...traces.everListened]).toEqual([]);
  });

  it('it needs no page', () => {
    const state = withoutPage(() => createTestAuth({ user: 'ada' }).getState());
    expect(state).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });
});
