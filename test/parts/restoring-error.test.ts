/** Nobody waits on `restoring` for ever: after the first attempt in vain, the state says why it isn't known who is signed in. */

import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../given/failures.ts';
import { restore } from '../given/secret-answers.ts';
import { offline } from '../given/token-answers.ts';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { openTab } from '../world/tabs.ts';
import { until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

const wrongClient = () => Response.json({ error: 'invalid_client' }, { status: 401 });
const failed = (retryable: boolean) => ({ status: 'restoring', error: { code: 'refresh-unavailable', retryable } });

describe('a restore in vain shows in the state', () => {
  it('there is no error before anything is asked, and none while it is', async () => {
    const auth = openTab();
    server.answerRefresh = () => new Promise<Response>(() => {});
    expect(auth.getState()).toStrictEqual({ status: 'restoring' });
    void auth.restore();
    await pass(9_000, 1_000);
    expect(auth.getState()).toStrictEqual({ status: 'restoring' });
  });

  it('it is there after refreshTimeout at the latest', async () => {
    const auth = openTab({ refreshTimeout: 3_000 });
    server.answerRefresh = () => new Promise<Response>(() => {});
    void auth.restore();
    await pass(3_100, 100);
    expect(auth.getState()).toEqual(failed(true));
  });

  it.each<[string, () => Response, boolean]>([
    ['a server that can’t be reached', offline, true],
    ['a set-up that is wrong', wrongClient, false],
  ])('it says whether trying again may help: %s', async (_, answer, retryable) => {
    const auth = openTab();
    server.answerRefresh = answer;
    await failureOf(restore(auth));
    expect(auth.getState()).toEqual(failed(retryable));
  });

  it('it is frozen, and the same object until something changes', async () => {
    const auth = openTab();
    const states: unknown[] = [];
    auth.subscribe(() => states.push(auth.getState()));
    server.answerRefresh = offline;
    await failureOf(restore(auth));
    const state = auth.getState();
    await pass(60_000, 500);

    expect(server.refreshCalls).toBeGreaterThan(2);
    expect(auth.getState()).toBe(state);
    expect(states).toEqual([state]);
    expect([state, 'error' in state && state.error].every(Object.isFrozen)).toBe(true);
  });

  it('another kind of failure is another state', async () => {
    const auth = openTab();
    server.answerRefresh = offline;
    await failureOf(restore(auth));
    server.answerRefresh = wrongClient;
    await pass(60_000, 500);
    expect(auth.getState()).toEqual(failed(false));
  });

  it('it goes once it is known who is signed in', async () => {
    server.signIn('ada');
    const auth = openTab();
    server.answerRefresh = wrongClient;
    await failureOf(restore(auth));
    server.answerRefresh = undefined;
    await pass(31_000, 500);
    await until(() => auth.getState().status === 'signed-in');
    expect(auth.getState()).not.toHaveProperty('error');
  });

  it('a client that is disposed of shows none', async () => {
    const auth = openTab();
    server.answerRefresh = offline;
    await failureOf(restore(auth));
    auth.dispose();
    expect(auth.getState()).toStrictEqual({ status: 'restoring' });
  });

  it('a session that is known shows no error', async () => {
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const state = auth.getState();
    server.answerRefresh = wrongClient;
    expect(await failureOf(auth.refresh())).toMatchObject({ retryable: false });
    expect(auth.getState()).toBe(state);
  });

  it('a request that waited for it is told so, with what to do', async () => {
    const auth = openTab();
    server.answerRefresh = wrongClient;
    const waiting = failureOf(auth.fetch('https://api.test/orders'));
    await pass(100, 10);
    expect(await waiting).toMatchObject({
      code: 'refresh-unavailable',
      retryable: false,
      message: expect.stringMatching(/invalid_client.*correct its id/),
    });
  });

  it('during the pause after it, callers are told the same', async () => {
    const auth = openTab({ refreshTimeout: 1_000 });
    server.answerRefresh = () =>
      Response.json({ error: 'invalid_client' }, { status: 401, headers: { 'Retry-After': '60' } });
    await failureOf(restore(auth));
    const paused = failureOf(auth.refresh());
    await pass(100, 10);
    expect(await paused).toMatchObject({ retryable: false });
    expect(server.refreshCalls).toBe(1);
  });
});
