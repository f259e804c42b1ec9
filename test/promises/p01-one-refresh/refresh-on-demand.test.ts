/** P1: `refresh()` joins the one refresh that is under way, and else makes one. */

import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { record } from '../../world/tabs.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('refresh()', () => {
  it('refresh() joins a refresh in flight, whoever started it', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const orders = auth.fetch(`${API}/orders`);
    await held.arrived;
    const states = [auth.refresh(), auth.refresh()];
    held.release();

    expect(await Promise.all(states)).toEqual([auth.getState(), auth.getState()]);
    expect((await orders).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('refresh() refreshes though the token is still good', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(events).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });
});
