/** P14 with React: a server renders what shows while nothing is known, opens nothing, and the page takes it over as it is. */

import { type ReactNode, Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { type AuthClient, type AuthState, createAuthClient } from 'silent-refresh';
import { AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, it, vi } from 'vitest';
import { modes } from '../given/react-guarded.tsx';
import { startAuthServer } from '../world/auth-server.ts';
import { type Data, Show, Status, Watch } from '../world/components.tsx';
import { counted } from '../world/counting.ts';
import { onServer } from '../world/server-side.ts';
import { openTab } from '../world/tabs.ts';
import { tokenAnswer } from '../world/tokens.ts';
import { hydrate } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

/** As an app makes it in a module that a server loads, too. */
const makeClient = () =>
  createAuthClient({ refresh: new URL('/auth/refresh', globalThis.location?.href ?? 'http://localhost') });

const App = ({ client, children }: { readonly client: AuthClient; readonly children?: ReactNode }) => (
  <AuthProvider client={client}>
    <header>
      <Status />
    </header>
    <SignedIn fallback={<p>login</p>} restoring={<p>splash</p>}>
      <main>orders</main>
    </SignedIn>
    {children}
  </AuthProvider>
);

const RESTORING = '<header><i>restoring<!-- --> </i></header><p>splash</p>';

describe('on a server', () => {
  it('making a client and rendering open nothing on a server', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const watched = {
      BroadcastChannel: vi.spyOn(globalThis, 'BroadcastChannel'),
      setTimeout: vi.spyOn(globalThis, 'setTimeout'),
      setInterval: vi.spyOn(globalThis, 'setInterval'),
      fetch: vi.spyOn(globalThis, 'fetch'),
      'process.on': vi.spyOn(process, 'on'),
    };
    const html = onServer(() => renderToString(<App client={makeClient()} />));
    const opened = Object.entries(watched).flatMap(([name, { mock }]) => (mock.calls.length ? [name] : []));
    await rest();

    expect(html).toBe(RESTORING);
    expect(opened).toEqual([]);
    expect(server.refreshCalls).toBe(0);
  });

  it('a server renders the same with one client or with many', () => {
    const forAll = onServer(makeClient);
    const views = onServer(() => [
      renderToString(<App client={forAll} />),
      renderToString(<App client={forAll} />),
      renderToString(<App client={makeClient()} />),
      renderToString(<App client={makeClient()} />),
    ]);
    expect(views).toEqual([RESTORING, RESTORING, RESTORING, RESTORING]);
  });

  it('on a server nobody listens to the client or restores it', () => {
    const { client, counts } = counted(onServer(makeClient));
    onServer(() => renderToString(<App client={client} />));
    expect(counts).toEqual({ listeners: 0, subscriptions: 0, restores: 0 });
  });

  it('on a server a selector is given `restoring`', () => {
    const given: AuthState[] = [];
    const seen: unknown[] = [];
    const use = () =>
      useAuth((state) => {
        given.push(state);
        return { asked: new Set([state.status]) };
      });
    onServer(() =>
      renderToString(
        <AuthProvider client={makeClient()}>
          <Watch use={use} seen={seen} />
        </AuthProvider>,
      ),
    );
    expect(given[0]).toEqual({ status: 'restoring' });
    expect(seen).toEqual([{ asked: new Set(['restoring']) }]);
  });

  it('a browser makes the HTML that a server makes, whoever is there', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    expect(renderToString(<App client={auth} />)).toBe(RESTORING);
  });
});

describe.each(modes)('a page that takes over a server’s HTML, %s', (_, inMode) => {
  /** The page of a server, taken over in a browser; between the two the test may change what it likes. */
  function takeOver(client: AuthClient, children?: ReactNode, meanwhile?: () => void) {
    const app = (client: AuthClient) => inMode(<App client={client}>{children}</App>);
    const html = onServer(() => renderToString(app(makeClient())));
    meanwhile?.();
    return hydrate(html, app(client));
  }

  it('hydration finds nothing amiss where the user is known already', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const seen: string[] = [];
    const forgetServer = () => {
      expect(seen.splice(0)).toEqual(['restoring']);
    };
    const page = await takeOver(auth, <Watch use={() => useAuth().status} seen={seen} />, forgetServer);

    expect(page.tree.container.innerHTML).toBe('<header><i>signed-in<!-- --> </i></header><main>orders</main>');
    expect(page.amiss).toEqual([]);
    // First as the server has it, then as it is.
    expect([...new Set(seen)]).toEqual(['restoring', 'signed-in']);
    // It is the element that came from the server.
    expect(page.tree.container.firstChild).toBe(page.came[0]);
  });

  it('hydration finds nothing amiss where nobody is signed in', async () => {
    const auth = openTab({ signOut: undefined });
    await auth.signOut();
    const { tree, amiss } = await takeOver(auth);
    expect(tree.text).toBe('signed-out login');
    expect(amiss).toEqual([]);
  });

  it('hydration keeps what the server shows until the user is known', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const { tree, came } = await takeOver(openTab());
    await refresh.arrived;
    await rest();
    const splash = tree.container.lastChild;
    expect(splash?.textContent).toBe('splash');
    // The same element, with what its user may have begun in it.
    expect(splash).toBe(came.at(-1));
    refresh.release();
    await until(() => tree.text === 'signed-in orders');
  });

  it('a hydrated page asks once who is signed in', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const { tree, amiss } = await takeOver(openTab());
    expect(tree.container.innerHTML).toBe(RESTORING);
    refresh.release();
    await until(() => tree.text === 'signed-in orders');
    await rest();

    expect(amiss).toEqual([]);
    expect(server.refreshCalls).toBe(1);
  });

  it.each<[string, (state: AuthState) => unknown]>([
    ['object', (state) => ({ known: [state.status !== 'restoring'] })],
    ['Set', (state) => new Set([state.status])],
  ])('hydration takes a selector that builds a new %s each time', async (_, make) => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const seen: unknown[] = [];
    const { tree, amiss } = await takeOver(auth, <Watch use={() => useAuth((state) => make(state))} seen={seen} />);
    expect(tree.text).toBe('signed-in orders');
    expect(seen.at(-1)).toEqual(make(auth.getState()));
    expect(amiss).toEqual([]);
  });

  it('hydration takes over later what suspends at first', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { opened, open } = gate();
    const data: Data = { arrival: opened, text: 'data ' };
    const children = (
      <Suspense fallback="loading">
        <Show data={data} />
        <Status />
        <SignedIn restoring="splash">orders</SignedIn>
      </Suspense>
    );
    const { tree, amiss } = await takeOver(auth, children, () => {
      data.text = undefined;
    });
    // That part stays as it came.
    expect(tree.text).toBe('signed-in ordersdata restoring splash');
    data.text = 'data ';
    open();
    await until(() => tree.text === 'signed-in ordersdata signed-in orders');
    expect(amiss).toEqual([]);
  });
});
