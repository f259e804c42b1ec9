/** Until it is known who is signed in, a page shows neither its login nor what is not for all. */

import type { AuthClient } from 'silent-refresh';
import { AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { known } from '../given/react-guarded.tsx';
import { startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { Counted, Watch } from '../world/components.tsx';
import { counted } from '../world/counting.ts';
import { openTab, record } from '../world/tabs.ts';
import { draw } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

const useStatus = () => useAuth().status;

describe('until it is known', () => {
  /** An app with a guard, and how often each part of it has been rendered. */
  function guarded(auth: AuthClient) {
    const seen: string[] = [];
    const children = { text: 'orders', times: 0 };
    const fallback = { text: 'login', times: 0 };
    const restoring = { text: 'splash', times: 0 };
    const content = (
      <AuthProvider client={auth}>
        <Watch use={useStatus} seen={seen} />
        <SignedIn fallback={<Counted as={fallback} />} restoring={<Counted as={restoring} />}>
          <Counted as={children} />
        </SignedIn>
      </AuthProvider>
    );
    return { children, fallback, restoring, seen, content };
  }

  it('a reload shows `restoring` and then the user, never the login', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const app = guarded(openTab());
    const tree = await draw(app.content);
    expect(tree.text).toBe('splash');
    refresh.release();
    await until(() => tree.text === 'orders');
    await rest();

    expect(app.seen).toEqual(['restoring', 'signed-in']);
    expect(app.fallback.times).toBe(0);
    expect(app.children.times).toBe(1);
  });

  it('a visitor sees `restoring` and then the login, never the children', async () => {
    const { opened, open } = gate();
    const refused = () => new Response('{"error":"invalid_grant"}', { status: 401 });
    const app = guarded(openTab({ refresh: () => opened.then(refused) }));
    const tree = await draw(app.content);
    expect(tree.text).toBe('splash');
    open();
    await until(() => tree.text === 'login');
    await rest();

    expect(app.seen).toEqual(['restoring', 'signed-out']);
    expect(app.children.times).toBe(0);
    expect(app.fallback.times).toBe(1);
  });

  it('the first rendering shows who is known already', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const app = guarded(auth);
    const tree = await draw(app.content);

    expect(tree.text).toBe('orders');
    expect(app.seen).toEqual(['signed-in']);
    expect(app.restoring.times).toBe(0);
  });

  it('a page loaded offline shows `restoring` until the server is reached', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    server.answerRefresh = () => Response.error();
    const auth = openTab();
    const events = record(auth);
    const app = guarded(auth);
    const tree = await draw(app.content);
    await pass(5_000, 100);

    expect(events).toContainEqual({
      name: 'refresh-failed',
      detail: { error: expect.objectContaining({ code: 'refresh-unavailable' }) },
    });
    expect(tree.text).toBe('splash');
    // Once more, with the error: an app can say that the server can't be reached.
    expect(app.seen).toEqual(['restoring', 'restoring']);

    server.answerRefresh = undefined;
    await pass(20_000, 1_000);
    expect(tree.text).toBe('orders');
    expect(app.seen).toEqual(['restoring', 'restoring', 'signed-in']);
    expect(app.fallback.times).toBe(0);
    expect(app.children.times).toBe(1);
  });

  it('a tree that is removed while it restores renders nothing more', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const { client, counts } = counted(openTab());
    const refresh = server.holdRefresh();
    const app = guarded(client);
    const tree = await draw(app.content);
    await refresh.arrived;
    await tree.remove();
    refresh.release();
    await known(client);
    await rest();

    expect(app.seen).toEqual(['restoring']);
    expect(counts.listeners).toBe(0);
  });
});
