/** P1: a message between tabs may come later than the lock, and costs no second refresh. */

import { describe, expect, it } from 'vitest';
import { adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { locksHeld } from '../../given/held-locks.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { newBrowser } from '../../world/tabs.ts';
import { gate, rest, standing } from '../../world/waiting.ts';

describe('a message that comes later than the lock (P1)', () => {
  async function handOver() {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    outliveToken();
    const refresh = server.holdRefresh();
    const first = a.getAccessToken();
    await refresh.arrived;
    const second = b.getAccessToken();
    await rest();
    const messages = holdMessages();
    refresh.release();
    const token = await first;
    await rest();
    return { server, a, b, second, token, messages };
  }

  it('the lock’s next holder waits for the message, without another refresh', async () => {
    const { server, second, token, messages } = await handOver();
    expect(server.refreshCalls).toBe(1);
    expect(await standing(second)).toBe('pending');
    messages.deliver();

    expect(await second).toBe(token);
    await pass(5_000);
    expect(server.refreshCalls).toBe(1);
  });

  it('the lock’s next holder goes on where the message never comes', async () => {
    const { server, second, token, messages } = await handOver();
    messages.lose();
    await pass(1_000);

    const own = await second;
    expect(own).not.toBe(token);
    expect(server.refreshCalls).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });

  it('the lock’s next holder doesn’t use a newly signed-in user’s cookie', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    outliveToken();
    const messages = holdMessages();
    await a.signIn(server.login('bob'));
    const request = b.fetch(`${API}/orders`);
    const failure = failureOf(request);
    expect(await standing(request)).toBe('pending');
    messages.deliver();

    expect(await failure).toMatchObject({ code: 'session-changed' });
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toEqual([]);
  });

  it('a sign-out elsewhere doesn’t delete the cookie of a later sign-in', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    const messages = holdMessages();
    const login = gate();
    const signingIn = a.signIn(async () => {
      await login.opened;
      return server.login('bob')();
    });
    await rest();
    const signingOut = b.signOut();
    login.open();
    // Word of the sign-out is there: for a second its message is waited for.
    await pass(1_000);
    await signingIn;
    expect(await standing(signingOut)).toBe('pending');
    messages.deliver();

    expect(await signingOut).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(0);
    expect(b.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
  });

  it('a message that comes during the look frees the lock at once', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = await adasTwoTabs(server, { name });
    outliveToken();
    const messages = holdMessages();
    const token = await a.getAccessToken();
    const query = navigator.locks.query.bind(navigator.locks);
    const looked = gate();
    const heard = gate();
    navigator.locks.query = async () => {
      const snapshot = await query();
      looked.open();
      await heard.opened;
      return snapshot;
    };
    const second = b.getAccessToken();
    await looked.opened;
    Reflect.deleteProperty(navigator.locks, 'query');
    messages.deliver();
    expect(await second).toBe(token);
    heard.open();
    await rest();

    expect(await locksHeld(name)).not.toContain(`silent-refresh:${name}`);
    expect(server.refreshCalls).toBe(1);
  });
});
