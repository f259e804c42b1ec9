/** The option `tabs: false`: this client shares nothing with other tabs. */

import { bodyRefresh, ConfigurationError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { holdLock, locksHeld } from '../given/held-locks.ts';
import { startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { newBrowser, openTab } from '../world/tabs.ts';
import { rest } from '../world/waiting.ts';

describe('tabs: false', () => {
  it('a client with `tabs: false` shares no message and no lock', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const heard: unknown[] = [];
    const listener = new BroadcastChannel(`silent-refresh:${name} ${TOKEN_ENDPOINT}`);
    listener.onmessage = ({ data }) => heard.push(data);
    const [alone, other] = [openTab({ name, tabs: false }), openTab({ name, tabs: false })];
    await alone.signIn(server.login('ada'));
    const letGo = await holdLock(name);
    await alone.refresh();
    const refresh = server.holdRefresh();
    const again = alone.refresh();
    await refresh.arrived;

    // The other's alone.
    expect(await locksHeld(name)).toEqual([`silent-refresh:${name}`]);
    refresh.release();
    await again;
    await rest();
    expect(heard).toEqual([]);
    expect(other.getState()).toEqual({ status: 'restoring' });
    void letGo();
    listener.close();
  });

  it('it is refused where a storage holds the refresh token: tabs share or copy what is stored', () => {
    const withStorage = { refresh: bodyRefresh({ url: TOKEN_ENDPOINT, storage: () => sessionStorage }), tabs: false };

    expect(() => openTab(withStorage)).toThrow(ConfigurationError);
    expect(() => openTab(withStorage)).toThrow(/tabs is false.*storage.*leave one of them out/);
    expect(() => openTab({ ...withStorage, tabs: true })).not.toThrow();
    expect(() => openTab({ ...withStorage, refresh: bodyRefresh({ url: TOKEN_ENDPOINT }) })).not.toThrow();
  });
});
