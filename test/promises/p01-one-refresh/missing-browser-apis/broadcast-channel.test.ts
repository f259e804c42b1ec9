/** P1 without BroadcastChannel, and without a storage in its place: each tab works for itself, and none overlaps. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { outliveToken } from '../../../given/expired-token.ts';
import { liveThrough, surroundWith, throwing } from '../../../given/missing-apis.ts';
import { API, startAuthServer } from '../../../world/auth-server.ts';
import { stopClocks } from '../../../world/clocks.ts';
import { newBrowser, openTab } from '../../../world/tabs.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('without channels', () => {
  it.each<[string, () => void]>([
    ['no BroadcastChannel and no localStorage', () => vi.stubGlobal('BroadcastChannel', undefined)],
    [
      'a BroadcastChannel whose constructor throws',
      () =>
        vi.stubGlobal(
          'BroadcastChannel',
          class {
            constructor() {
              throw new DOMException('Storage is partitioned away.', 'SecurityError');
            }
          },
        ),
    ],
    [
      'no BroadcastChannel, and a localStorage that may not be touched',
      () => {
        vi.stubGlobal('BroadcastChannel', undefined);
        vi.stubGlobal('window', {
          get localStorage() {
            throw new DOMException('Access is denied for this document.', 'SecurityError');
          },
        });
      },
    ],
    [
      'no BroadcastChannel, and a localStorage that is full',
      () => {
        vi.stubGlobal('BroadcastChannel', undefined);
        const setItem = throwing('QuotaExceededError');
        vi.stubGlobal('window', { localStorage: { setItem, removeItem() {} } });
      },
    ],
  ])('a client without channels works within its tab: %s', async (_what, surround) => {
    surround();
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it('a client without locks, channels and storage works within its tab', async () => {
    surroundWith({});
    vi.stubGlobal('BroadcastChannel', undefined);
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it('two tabs with locks alone never overlap, and nobody is signed out', async () => {
    stopClocks();
    vi.stubGlobal('BroadcastChannel', undefined);
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = [openTab({ name }), openTab({ name })];
    await a.signIn(server.login('ada'));
    expect(await b.restore()).toMatchObject({ subject: 'ada' });
    for (let round = 0; round < 3; round++) {
      outliveToken();
      const responses = await Promise.all([a, b, a, b].map((tab) => tab.fetch(`${API}/orders`)));
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    }
    expect(server.refreshCalls).toBe(7);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });
});
