/** P3: where a refresh doesn't help, none is made; whatever callers, listeners and addresses do, they cause no storm. */

import { describe, expect, it, vi } from 'vitest';
import { adasTab, signedIn } from '../../given/ada.ts';
import { HOUR, MINUTE, SECOND } from '../../given/durations.ts';
import { FOR_AN_HOUR, fates, refuseAll } from '../../given/hopeless-api.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

const pathOf = (request: { readonly url: string }) => new URL(request.url).pathname;

/** The token answers don't say how long the tokens live. */
async function signedInForNobodyKnowsHowLong() {
  stopClocks();
  show('hidden');
  const server = startAuthServer();
  server.opaque = true;
  server.shape = (token) => ({ access_token: token });
  const auth = await adasTab(server);
  return { server, auth };
}

describe('an address that refuses good tokens (P3)', () => {
  it.for(fates)('20 hopeless requests cost one refresh though the replay %s', async (fate) => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    const { ask, answerAll } = refuseAll(server, auth, fate);

    const statuses: (number | undefined)[] = [];
    for (let search = 0; search < 20; search++) statuses.push(await ask(`${API}/search?q=${search}`));

    expect(server.refreshCalls).toBe(1);
    expect(statuses).toEqual([undefined, ...Array(19).fill(401)]);
    answerAll();
    await rest();
  });

  it('after 30 s a hopeless address may ask for a refresh again', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    const { ask, answerAll } = refuseAll(server, auth, 'is aborted');
    await ask(`${API}/search?q=1`);
    await ask(`${API}/search?q=2`);
    expect(server.refreshCalls).toBe(1);

    await pass(30 * SECOND);
    await ask(`${API}/search?q=3`);

    expect(server.refreshCalls).toBe(2);
    answerAll();
    await rest();
  });

  it('a token that has lived half its life may be refreshed again', async () => {
    const { server, auth } = await signedIn({ ...FOR_AN_HOUR, lifetime: 40 });
    const { ask, answerAll } = refuseAll(server, auth, 'is aborted');
    await ask(`${API}/search?q=1`);

    await pass(21 * SECOND);
    await ask(`${API}/search?q=2`);

    expect(server.refreshCalls).toBe(2);
    answerAll();
    await rest();
  });

  it('another method at the same path is another address', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    const { ask, answerAll } = refuseAll(server, auth, 'is aborted');

    for (let turn = 0; turn < 5; turn++) {
      await ask(`${API}/orders?get=${turn}`);
      await ask(`${API}/orders?delete=${turn}`, 'DELETE');
    }

    expect(server.refreshCalls).toBe(2);
    answerAll();
    await rest();
  });

  it('a replay accepted elsewhere gives a hopeless address no new refresh', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = (request) => (pathOf(request) === '/bad' ? refusal() : undefined);
    expect((await auth.fetch(`${API}/bad`)).status).toBe(401);
    server.expireAccessTokens();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(2);

    for (let again = 0; again < 5; again++) expect((await auth.fetch(`${API}/bad`)).status).toBe(401);

    expect(server.refreshCalls).toBe(2);
  });

  it('an answer accepted at an address makes its next 401 worth a refresh', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = () => refusal();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(401);
    server.answerApi = undefined;
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

    expect(server.refreshCalls).toBe(2);
  });

  it('a server that voids older tokens at each refresh sees one refresh', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    const issue = server.shape;
    let newest = '';
    server.shape = (token, lifetime) => {
      newest = token;
      return issue(token, lifetime);
    };
    await auth.refresh();
    const before = server.refreshCalls;
    let slow = gate();
    let waiting = 0;
    server.answerApi = async (request) => {
      if (pathOf(request) === '/bad') return refusal();
      waiting++;
      await slow.opened;
      return request.headers.get('authorization') === `Bearer ${newest}` ? undefined : refusal();
    };

    for (let round = 1; round <= 20; round++) {
      slow = gate();
      waiting = 0;
      const orders = auth.fetch(`${API}/orders`);
      await until(() => waiting);
      expect((await auth.fetch(`${API}/bad`)).status).toBe(401);
      slow.open();
      expect((await orders).status).toBe(200);
    }

    expect(server.refreshCalls - before).toBe(1);
  });
});

describe('tokens of which nobody knows how long they live (P3)', () => {
  it('50 hopeless requests with tokens of unknown life cost one refresh', async () => {
    const { server, auth } = await signedInForNobodyKnowsHowLong();
    server.answerApi = () => refusal();

    for (let call = 0; call < 50; call++) expect((await auth.fetch(`${API}/orders`)).status).toBe(401);

    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(51);
  });

  it('tokens of unknown life: 50 hopeless addresses cost three refreshes', async () => {
    const { server, auth } = await signedInForNobodyKnowsHowLong();
    server.answerApi = () => refusal();

    for (let call = 0; call < 50; call++) expect((await auth.fetch(`${API}/${call}`)).status).toBe(401);

    expect(server.refreshCalls).toBe(3);
  });

  it.for(fates)('20 hopeless requests with opaque tokens: one refresh, the replay %s', async (fate) => {
    const { server, auth } = await signedInForNobodyKnowsHowLong();
    const { ask, answerAll } = refuseAll(server, auth, fate);

    for (let search = 0; search < 20; search++) await ask(`${API}/search?q=${search}`);

    expect(server.refreshCalls).toBe(1);
    answerAll();
    await rest();
  });

  it('a token of unknown life that has worked is refreshed on 401', async () => {
    const { server, auth } = await signedInForNobodyKnowsHowLong();
    for (let life = 1; life <= 3; life++) {
      server.expireAccessTokens();
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      expect(server.refreshCalls).toBe(life);
      await pass(31 * SECOND);
    }
  });
});

describe('a limit to what 401s can cost (P3)', () => {
  const FLOOR = 10;
  const HELPFUL_FLOOR = 60;

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

    const tooSoon = at.filter((time, index) => time - (at[index - FLOOR] ?? -Infinity) < MINUTE);
    expect(tooSoon).toEqual([]);
    // It begins again in the next minute.
    expect(at.length).toBeGreaterThan(FLOOR);
    answerAll();
  });

  it('refreshes that help may be one a second', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);

    for (let turn = 0; turn < 2 * HELPFUL_FLOOR; turn++) {
      server.expireAccessTokens();
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      await pass(SECOND);
    }

    expect(server.refreshCalls).toBe(2 * HELPFUL_FLOOR);
  });

  it('an address that takes each token once causes no storm', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    let turn = 0;
    server.answerApi = () => (turn++ % 2 ? undefined : refusal());
    const at: number[] = [];
    auth.on('refreshed', () => at.push(Date.now()));

    for (let call = 0; call < 2 * HELPFUL_FLOOR; call++) await auth.fetch(`${API}/orders`);
    await pass(61 * SECOND);
    await auth.fetch(`${API}/orders`);

    expect(at).toHaveLength(HELPFUL_FLOOR + 1);
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
    expect(server.refreshCalls).toBeLessThanOrEqual(FLOOR);
    auth.dispose();
    end.open();
    await rest();
  });

  it('after ten refreshes by 401s, refresh() and expiries still refresh', async () => {
    const { server, auth, ask, answerAll } = await restless();
    for (let call = 0; call < 15; call++) await ask();
    expect(server.refreshCalls).toBeLessThanOrEqual(FLOOR);
    let before = server.refreshCalls;

    await auth.refresh();
    expect(server.refreshCalls).toBe(++before);

    server.answerApi = undefined;
    jumpWallClock(HOUR + SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(++before);
    answerAll();
  });

  it('after ten refreshes by 401s a late 401 is still replayed', async () => {
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
    expect(before).toBeLessThanOrEqual(FLOOR + 1);
    answerAll();
  });

  it('A pause is told as one, also after ten refreshes', async () => {
    const { server, auth, ask, answerAll } = await restless();
    for (let call = 0; call < 15; call++) await ask();
    server.answerRefresh = () => new Response('{}', { status: 503, headers: { 'Retry-After': '60' } });
    await auth.refresh().catch(() => {});
    server.answerApi = () => refusal();

    await expect(auth.fetch(`${API}/other`)).rejects.toMatchObject({ code: 'refresh-unavailable' });
    answerAll();
  });
});

describe('what is none of a 401’s fault', () => {
  it('401s that meet a pause use up none of the ten refreshes', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.expireAccessTokens();
    server.answerRefresh = () => new Response('{}', { status: 503, headers: { 'Retry-After': '20' } });
    for (let call = 0; call < 15; call++) {
      await expect(auth.fetch(`${API}/orders`)).rejects.toMatchObject({ code: 'refresh-unavailable' });
    }
    expect(server.refreshCalls).toBe(1);
    server.answerRefresh = undefined;
    await pass(21 * SECOND);

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('One user’s hopeless addresses are not the next one’s', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = () => refusal();
    for (const id of [1, 2, 3]) await auth.fetch(`${API}/${id}`);
    server.answerApi = undefined;
    await auth.signOut();
    await auth.signIn(server.login('bob'));
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/1`)).status).toBe(200);
  });

  it('A server that repeats its token is asked once for a hopeless address', async () => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const auth = openTab();
    await auth.setSession({ access_token: 'opaque', expires_in: 3_600 });
    server.answerRefresh = () => Response.json({ access_token: 'opaque', expires_in: 3_600 });
    for (let call = 0; call < 10; call++) expect((await auth.fetch(`${API}/broken`)).status).toBe(401);

    expect(server.refreshCalls).toBe(1);
  });

  it('The work for a 401 doesn’t grow with the addresses that met one', async () => {
    const looksFor = async (addresses: number) => {
      const { server, auth } = await signedIn(FOR_AN_HOUR);
      server.expireAccessTokens();
      const looks = vi.spyOn(performance, 'now');
      await Promise.all(Array.from({ length: addresses }, (_, id) => auth.fetch(`${API}/${id}`)));
      const { length } = looks.mock.calls;
      looks.mockRestore();
      return length / addresses;
    };
    const few = await looksFor(50);

    expect(await looksFor(400)).toBeLessThan(2 * few);
  });
});
