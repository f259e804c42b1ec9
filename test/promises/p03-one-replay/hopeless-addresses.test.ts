/** P3: where a refresh doesn’t help, none is made: addresses that refuse good tokens cause no storm of refreshes. */

import { describe, expect, it, vi } from 'vitest';
import { adasTab, adasTabs, expired, signedIn } from '../../given/ada.ts';
import { SECOND } from '../../given/durations.ts';
import { reasonOf } from '../../given/failures.ts';
import { FOR_AN_HOUR, fates, refuseAll } from '../../given/hopeless-api.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
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
    await pass(29 * SECOND);
    await ask(`${API}/search?q=3`);
    expect(server.refreshCalls).toBe(1);

    await pass(SECOND);
    await ask(`${API}/search?q=4`);

    expect(server.refreshCalls).toBe(2);
    answerAll();
    await rest();
  });

  it('a token that has lived half its life may be refreshed again', async () => {
    const { server, auth } = await signedIn({ ...FOR_AN_HOUR, lifetime: 40 });
    const { ask, answerAll } = refuseAll(server, auth, 'is aborted');
    await ask(`${API}/search?q=1`);

    await pass(20 * SECOND);
    await ask(`${API}/search?q=2`);

    expect(server.refreshCalls).toBe(2);
    answerAll();
    await rest();
  });

  it('an address that asks again keeps no older one from being forgotten', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = () => refusal();
    const hold = server.holdRefresh();
    const leaving = new AbortController();
    const ask = async (path: string) => {
      void reasonOf(auth.fetch(`${API}${path}`, { signal: leaving.signal }));
      await rest();
    };
    await ask('/first');
    await pass(SECOND);
    await ask('/second');
    await pass(8 * SECOND);
    await ask('/first');
    leaving.abort();
    hold.release();
    await until(() => server.refreshCalls === 1 && server.cookie === 'refresh-2', 'the refresh is answered');

    await pass(22 * SECOND);
    expect((await auth.fetch(`${API}/second`)).status).toBe(401);

    expect(server.refreshCalls).toBe(2);
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

  it('a replay that meets a 500 doesn’t say that its token was accepted', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    let answers = 0;
    server.answerApi = () => (++answers === 2 ? new Response('', { status: 500 }) : refusal());

    expect((await auth.fetch(`${API}/orders`)).status).toBe(500);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(401);

    expect(server.refreshCalls).toBe(1);
  });

  it('an accepted newer token makes an address’s next 401 worth a refresh', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = () => refusal();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(401);
    server.answerApi = undefined;
    await auth.refresh();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

    expect(server.refreshCalls).toBe(3);
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

describe('what makes no storm either (P3)', () => {
  it('an address that refuses one of its operations, and accepts another', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = async (request) => ((await request.text()) === 'admin' ? refusal() : undefined);
    const ask = async (body: string) => (await auth.fetch(`${API}/graphql`, { method: 'POST', body })).status;

    for (let round = 0; round < 25; round++) {
      expect(await ask('admin')).toBe(401);
      expect(await ask('orders')).toBe(200);
      await pass(SECOND);
    }

    expect(server.refreshCalls).toBe(1);
  });

  it('50 tabs at an API that refuses every token cost three refreshes in 30 s', async () => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    server.lifetime = 3_600;
    const tabs = await adasTabs(server, 50);
    server.answerApi = () => refusal();

    for (let id = 0; id < 10; id++) {
      for (const tab of tabs) {
        expect((await tab.fetch(`${API}/${id}`)).status).toBe(401);
        // Its message travels.
        await rest();
      }
      await pass(SECOND);
    }

    expect(server.refreshCalls).toBe(3);
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

  it('50 hopeless addresses cost three refreshes with tokens of unknown life', async () => {
    const { server, auth } = await signedInForNobodyKnowsHowLong();
    server.answerApi = () => refusal();

    for (let call = 0; call < 50; call++) expect((await auth.fetch(`${API}/${call}`)).status).toBe(401);

    expect(server.refreshCalls).toBe(3);
  });

  it.for(fates)('20 hopeless requests with opaque tokens cost one refresh: the replay %s', async (fate) => {
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

describe('what is none of a 401’s fault', () => {
  it('401s that meet a pause use up none of the ten refreshes', async () => {
    const { server, auth } = await expired(FOR_AN_HOUR);
    server.answerRefresh = () => new Response('{}', { status: 503, headers: { 'Retry-After': '20' } });
    for (let call = 0; call < 15; call++) {
      await expect(auth.fetch(`${API}/orders`)).rejects.toMatchObject({ code: 'refresh-unavailable' });
    }
    expect(server.refreshCalls).toBe(1);
    server.answerRefresh = undefined;
    await pass(21 * SECOND);

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('one user’s hopeless addresses are not the next one’s', async () => {
    const { server, auth } = await signedIn(FOR_AN_HOUR);
    server.answerApi = () => refusal();
    for (const id of [1, 2, 3]) await auth.fetch(`${API}/${id}`);
    server.answerApi = undefined;
    await auth.signOut();
    await auth.signIn(server.login('bob'));
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/1`)).status).toBe(200);
  });

  it('a server that repeats its token is asked once per hopeless address', async () => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const auth = openTab();
    await auth.setSession({ access_token: 'opaque', expires_in: 3_600 });
    server.answerRefresh = () => Response.json({ access_token: 'opaque', expires_in: 3_600 });
    for (let call = 0; call < 10; call++) expect((await auth.fetch(`${API}/broken`)).status).toBe(401);

    expect(server.refreshCalls).toBe(1);
  });

  it('the work for a 401 doesn’t grow with the addresses', async () => {
    const looksFor = async (addresses: number) => {
      const { auth } = await expired(FOR_AN_HOUR);
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
