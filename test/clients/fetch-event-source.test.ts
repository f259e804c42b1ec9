/** docs/clients/fetch-event-source.md, run as it stands there. */

import type { AuthClient } from 'silent-refresh';
import { isAuthError } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expired } from '../given/ada.ts';
import { clientRecipe, takeRelativeUrls } from '../given/any-client.ts';
import { statusesOf, usersOf } from '../given/received.ts';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { passUntil, stopClocks } from '../world/clocks.ts';
import { openTab } from '../world/tabs.ts';
import { standing, until } from '../world/waiting.ts';

interface Page {
  listen(url: string, onNews: (data: string) => void): Promise<void>;
}

// It takes timers, and the connection where there is no other, from the window.
beforeEach(() => {
  vi.stubGlobal('window', globalThis);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Events with the number of the token; each answer ends after one, unless it is to stay. */
function answerEvents(server: AuthServer, stays: () => boolean) {
  server.answerApi = async (_, own) => {
    if (own.status === 401) return own;
    const { user, generation } = await own.json();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`data: ${user} ${generation}\n\n`));
        if (!stays()) controller.close();
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
}

async function listening({ server, auth }: { server: AuthServer; auth: AuthClient }) {
  const { listen } = await clientRecipe<Page>('fetch-event-source', 'fetchEventSource', auth);
  const news: string[] = [];
  return { server, auth, news, listen: () => listen('/api/news', (data) => void news.push(data)) };
}

describe('@microsoft/fetch-event-source', () => {
  takeRelativeUrls();

  it('twenty connections that meet a refused token cost one refresh', async () => {
    const { server, news, listen } = await listening(await expired());
    answerEvents(server, () => false);
    const held = server.holdRefresh();
    const all = Promise.all(Array.from({ length: 20 }, listen));
    await until(() => server.apiRequests.length === 20, 'all were refused');
    held.release();
    await all;
    expect(news).toEqual(Array(20).fill('ada 2'));
    expect([server.refreshCalls, server.reuseAlarms]).toEqual([1, 0]);
    expect(statusesOf(server).sort()).toEqual([...Array(20).fill(200), ...Array(20).fill(401)]);
  });

  it('a token endpoint that is down is waited for', async () => {
    stopClocks();
    const { server, news, listen } = await listening(await expired());
    answerEvents(server, () => false);
    server.answerRefresh = () => {
      server.answerRefresh = undefined;
      return Response.json({}, { status: 500 });
    };
    await passUntil(listen());
    expect(news).toEqual(['ada 2']);
    expect(server.refreshCalls).toBe(2);
  });

  it('the end of the session ends it: as an abort, since the user has left', async () => {
    const { server, auth, news, listen } = await listening(await expired());
    answerEvents(server, () => true);
    server.revoke('ada');
    await listen();
    expect(news).toEqual([]);
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' });
    expect(statusesOf(server)).toEqual([401]);
  });

  it('an error that can’t be retried reaches the caller', async () => {
    const auth = openTab();
    auth.dispose();
    const { listen } = await listening({ server: startAuthServer(), auth });
    const reason = await listen().catch((error: unknown) => error);
    expect(isAuthError(reason) && reason.code).toBe('configuration');
  });

  it('a second refusal reaches the caller, and nothing more is sent', async () => {
    const { server, listen } = await listening(await expired());
    server.answerApi = () => new Response(null, { status: 401 });
    await expect(listen()).rejects.toThrow('answered 401');
    expect([server.refreshCalls, server.apiRequests.length]).toEqual([1, 2]);
  });

  it('Ada’s connection ends when Bob signs in, and isn’t opened as his', async () => {
    const { server, auth, news, listen } = await listening(await expired());
    answerEvents(server, () => true);
    const end = listen();
    await until(() => news.length, 'news come');
    expect(await standing(end)).toBe('pending');
    await auth.signIn(server.login('bob'));
    await end;
    expect(usersOf(server)).toEqual(['ada', 'ada']);
  });
});
