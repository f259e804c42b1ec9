/** P12: what nobody waits for is no unhandled rejection. */

import { describe, expect, it, vi } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { reasonOf } from '../../given/failures.ts';
import { noteUnhandledRejections } from '../../given/rejections.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openTab } from '../../world/tabs.ts';
import { rest } from '../../world/waiting.ts';

const unhandled = noteUnhandledRejections();

describe('no unhandled rejection (P12)', () => {
  it('results of restore(), refresh() and signOut() may be dropped', async () => {
    stopClocks();
    const server = startAuthServer();
    server.answerRefresh = () => new Response('', { status: 500 });
    server.answerLogout = () => Response.error();
    const auth = openTab();
    void auth.restore();
    void auth.refresh();
    await pass(5_000, 500);
    await auth.signIn(server.login('ada'));
    void auth.refresh();
    await pass(5_000, 500);
    void auth.signOut();
    void auth.refresh();
    await rest();
    auth.dispose();
    void auth.restore();
    void auth.refresh();
    void auth.signOut();
    await rest();

    expect(server.refreshCalls).toBeGreaterThan(1);
    expect(unhandled).toEqual([]);
  });

  it('a failed refresh that nobody waits for is no unhandled rejection', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    server.answerRefresh = () => Response.error();
    const failed = vi.fn();
    auth.on('refresh-failed', failed);
    await pass(58_000, 1_000);
    expect(failed).toHaveBeenCalled();
    const leaving = new AbortController();
    const left = reasonOf(auth.fetch(`${API}/orders`, { signal: leaving.signal }));
    leaving.abort();
    expect(await left).toBe(leaving.signal.reason);
    await pass(20_000, 1_000);
    auth.dispose();
    await rest();

    expect(unhandled).toEqual([]);
  });
});

it('an async readTokens that rejects says which option is wrong', async () => {
  const readTokens = (async () => {
    throw new Error('mine');
  }) as never;
  const auth = openTab({ readTokens });
  startAuthServer().signIn('ada');

  expect(await reasonOf(auth.restore())).toMatchObject({ message: expect.stringContaining('readTokens') });
});
