/** P3: whatever callers and listeners do, 401s cost a limited number of refreshes a minute. */

import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { HOUR, MINUTE, SECOND } from '../../given/durations.ts';
import { FOR_AN_HOUR, refuseAll } from '../../given/hopeless-api.ts';
import { API } from '../../world/auth-server.ts';
import { jumpWallClock, pass } from '../../world/clocks.ts';
import { refusal } from '../../world/refusal.ts';
import { gate, rest, until } from '../../world/waiting.ts';

describe('a limit to what 401s can cost (P3)', () => {
  const MOST = 10;
  const MOST_HELPFUL = 60;

  /** Requests to ever new addresses, each of which is left before its replay: nothing is learned of any address. */
  async function restless() {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    const { ask, answerAll } = refuseAll(server, auth, 'is never sent');
    let addresses = 0;
    return { server, auth, answerAll, ask: () => ask(`${API}/${++addresses}`) };
  }

  it('401s at ever new addresses cost at most ten refreshes a minute', async () => {
    const { auth, ask, answerAll } = await restless();
    const at: number[] = [];
    auth.on('refreshed', () => at.push(Date.now()));

    for (let turn = 0; turn < 90; turn++) {
      const before = at.length;
      const status = await ask();
      // Beyond the limit the 401 is the caller's answer.
      if (at.length === before) expect(status).toBe(401);
      await pass(2 * SECOND);
    }

    const tooSoon = at.filter((time, index) => time - (at[index - MOST] ?? -Infinity) < MINUTE);
    expect(tooSoon).toEqual([]);
    // It begins again in the next minute.
    expect(at.length).toBeGreaterThan(MOST);
    answerAll();
  });

  it('refreshes that help may be one a second', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);

    for (let turn = 0; turn < 2 * MOST_HELPFUL; turn++) {
      server.expireAccessTokens();
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      await pass(SECOND);
    }

    expect(server.refreshCalls).toBe(2 * MOST_HELPFUL);
  });

  it('an address that takes each token once causes no storm', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    let turn = 0;
    server.answerApi = () => (turn++ % 2 ? undefined : refusal());
    const at: number[] = [];
    auth.on('refreshed', () => at.push(Date.now()));

    for (let call = 0; call < 2 * MOST_HELPFUL; call++) await auth.fetch(`${API}/orders`);
    await pass(61 * SECOND);
    await auth.fetch(`${API}/orders`);

    expect(at).toHaveLength(MOST_HELPFUL + 1);
    expect(Number(at.at(-1)) - Number(at[0])).toBeGreaterThan(MINUTE);
  });

  it('a listener that asks anew after each refresh causes no storm', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    const end = gate();
    const seen = new Set<string>();
    server.answerApi = async ({ url }) => {
      if (seen.has(url)) await end.opened;
      seen.add(url);
      return refusal();
    };
    let addresses = 0;
    const ask = () => void auth.fetch(`${API}/${++addresses}`).catch(() => {});
    // Without a limit this would go on for ever.
    auth.on('refreshed', () => addresses < 30 && ask());

    ask();
    await pass(5 * SECOND, 100);

    expect(server.refreshCalls).toBeGreaterThan(0);
    expect(server.refreshCalls).toBeLessThanOrEqual(MOST);
    auth.dispose();
    end.open();
    await rest();
  });

  it('after ten refreshes by 401s, refresh() and expiries still refresh', async () => {
    const { server, auth, ask, answerAll } = await restless();
    for (let call = 0; call < 15; call++) await ask();
    expect(server.refreshCalls).toBeLessThanOrEqual(MOST);
    let before = server.refreshCalls;

    await auth.refresh();
    expect(server.refreshCalls).toBe(++before);

    server.answerApi = undefined;
    jumpWallClock(HOUR + SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(++before);
    answerAll();
  });

  it('after ten refreshes by 401s, a late 401 is still replayed', async () => {
    const { server, auth, ask, answerAll } = await restless();
    for (let call = 0; call < 15; call++) await ask();
    const slow = gate();
    server.answerApi = async () => {
      server.answerApi = undefined;
      await slow.opened;
      return refusal();
    };
    const late = auth.fetch(`${API}/late`);
    await until(() => !server.answerApi);
    await auth.refresh();
    const before = server.refreshCalls;
    slow.open();

    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(before);
    expect(before).toBeLessThanOrEqual(MOST + 1);
    answerAll();
  });

  it('a pause is told as one, even after ten refreshes', async () => {
    const { server, auth, ask, answerAll } = await restless();
    for (let call = 0; call < 15; call++) await ask();
    server.answerRefresh = () => new Response('{}', { status: 503, headers: { 'Retry-After': '60' } });
    await auth.refresh().catch(() => {});
    server.answerApi = () => refusal();

    await expect(auth.fetch(`${API}/other`)).rejects.toMatchObject({ code: 'refresh-unavailable' });
    answerAll();
  });
});
