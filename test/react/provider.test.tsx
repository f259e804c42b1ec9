/** The React door: one restore for all, the state as it comes to be known, and nothing left where a tree has stood. */

import { memo, type ReactNode, StrictMode, useEffect, version } from 'react';
import { version as domVersion } from 'react-dom';
import { renderToString, version as serverVersion } from 'react-dom/server';
import { type AuthClient, type AuthState, isAuthError } from 'silent-refresh';
import { type Auth, AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, inject, it } from 'vitest';
import { API, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { expectComplaints } from '../world/complaints.ts';
import { Boundary, Counted, Status, Subject, Watch } from '../world/components.tsx';
import { counted } from '../world/counting.ts';
import { newBrowser, openTab, record } from '../world/tabs.ts';
import { click, draw } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

const known = (auth: AuthClient) => until(() => auth.getState().status !== 'restoring', 'it is known who is signed in');

const useStatus = () => useAuth().status;

function Orders() {
  const { fetch } = useAuth();
  useEffect(() => {
    void fetch(`${API}/orders`);
  }, [fetch]);
  return null;
}

function Account() {
  const { status, signOut } = useAuth();
  if (status !== 'signed-in') return status;
  return (
    <button type="button" onClick={signOut}>
      Sign out
    </button>
  );
}

interface PageLog {
  readonly seen: Auth[];
  readonly effects: string[];
  memoized: number;
}

/** Has an effect and a memoized child that depend on what the hook gives. */
function Page({ log, text }: { readonly log: PageLog; readonly text: string }) {
  const auth = useAuth();
  log.seen.push(auth);
  useEffect(() => {
    log.effects.push(auth.status);
  }, [log, auth]);
  return (
    <>
      {text}
      <Memoized log={log} auth={auth} />
    </>
  );
}

const Memoized = memo(({ log }: { readonly log: PageLog; readonly auth: Auth }) => {
  log.memoized++;
  return null;
});

/** After a redirect to a login page, say: the cookie is there. */
function Callback() {
  const { client } = useAuth();
  useEffect(() => {
    void client.signIn(() => fetch(TOKEN_ENDPOINT, { method: 'POST' }));
  }, [client]);
  return null;
}

const Selecting = () => <i>{useAuth((state) => state.status)}</i>;

it('these tests run with the React that they are for', () => {
  const expected = expect.stringMatching(`^${inject('reactVersion')}(\\.|$)`);
  expect([version, domVersion, serverVersion]).toEqual([expected, expected, expected]);
});

describe('one restore for all', () => {
  it('in StrictMode, where each effect runs twice', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const auth = openTab();
    const tree = await draw(
      <StrictMode>
        <AuthProvider client={auth}>
          <Status />
        </AuthProvider>
      </StrictMode>,
    );
    await until(() => tree.text === 'signed-in ');
    await rest();

    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });

  it('with several providers of one client, side by side and inside each other, and 55 hooks', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const { client, counts } = counted(openTab());
    const hooks = (count: number) => Array.from({ length: count }, (_, index) => <Status key={String(index)} />);
    const tree = await draw(
      <>
        <AuthProvider client={client}>
          {hooks(20)}
          <AuthProvider client={client}>{hooks(20)}</AuthProvider>
        </AuthProvider>
        <AuthProvider client={client}>{hooks(15)}</AuthProvider>
      </>,
    );
    await until(() => tree.text === 'signed-in '.repeat(55));
    await rest();

    expect(server.refreshCalls).toBe(1);
    expect(counts.listeners).toBe(55);
    // It is the providers that ask.
    expect(counts.restores).toBe(3);
  });

  it('mounted again, before and after it is known: none more', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const auth = openTab();
    const content = (
      <AuthProvider client={auth}>
        <Status />
      </AuthProvider>
    );
    await (await draw(content)).remove();
    const tree = await draw(content);
    await until(() => tree.text === 'signed-in ');
    await tree.remove();
    const again = await draw(content);

    expect(again.text).toBe('signed-in ');
    expect(server.refreshCalls).toBe(1);
  });

  it('a parent that renders again asks nothing anew', async () => {
    startAuthServer();
    const { client, counts } = counted(openTab());
    const content = () => (
      <AuthProvider client={client}>
        <Status />
      </AuthProvider>
    );
    const tree = await draw(content());
    await tree.draw(content());
    await known(client);
    await tree.draw(content());

    expect(tree.text).toBe('signed-out ');
    expect(counts).toMatchObject({ restores: 1, subscriptions: 1 });
  });

  it('a visitor: asked once, and not again on the next page of the app', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const content = (
      <AuthProvider client={auth}>
        <Status />
      </AuthProvider>
    );
    const tree = await draw(content);
    await until(() => tree.text === 'signed-out ');
    await tree.remove();
    await draw(content);
    await rest();

    expect(server.refreshCalls).toBe(1);
  });

  it('none at the server, where another tab knows', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    await openTab({ name }).signIn(server.login('ada'));
    const tree = await draw(
      <AuthProvider client={openTab({ name })}>
        <Subject />
      </AuthProvider>,
    );
    await until(() => tree.text === 'ada ');
    expect(server.refreshCalls).toBe(0);
  });

  it('a child that signs in as it mounts, after a redirect: its sign-in is the one call', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const auth = openTab();
    const tree = await draw(
      <AuthProvider client={auth}>
        <Callback />
        <Subject />
      </AuthProvider>,
    );
    await until(() => tree.text === 'ada ');
    await rest();

    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });
});

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

  it('a reload doesn’t flash the login page: `restoring`, then signed in', async () => {
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

  it('a visitor doesn’t see what is not for all: `restoring`, then signed out', async () => {
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

  it('where it is known already, the first rendering shows it', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const app = guarded(auth);
    const tree = await draw(app.content);

    expect(tree.text).toBe('orders');
    expect(app.seen).toEqual(['signed-in']);
    expect(app.restoring.times).toBe(0);
  });

  it('offline at page load: `restoring`, neither login page nor children, until the server is reached', async () => {
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
    expect(app.seen).toEqual(['restoring']);

    server.answerRefresh = undefined;
    await pass(20_000, 1_000);
    expect(tree.text).toBe('orders');
    expect(app.seen).toEqual(['restoring', 'signed-in']);
    expect(app.fallback.times).toBe(0);
    expect(app.children.times).toBe(1);
  });

  it('removed while it is being found out: nothing is rendered, and nobody complains', async () => {
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

describe('useAuth()', () => {
  const whatItGives = (auth: AuthClient, state: AuthState) => ({
    ...state,
    fetch: auth.fetch,
    signOut: auth.signOut,
    client: auth,
  });

  it('gives the state with `fetch`, `signOut` and the client, whatever the status', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const auth = openTab();
    const seen: Auth[] = [];
    await draw(
      <AuthProvider client={auth}>
        <Watch use={useAuth as () => Auth} seen={seen} />
      </AuthProvider>,
    );
    expect(seen).toEqual([whatItGives(auth, { status: 'restoring' })]);
    refresh.release();
    await known(auth);
    await rest();
    const signedIn = auth.getState();
    expect(signedIn).toMatchObject({ status: 'signed-in', subject: 'ada', claims: { sub: 'ada' } });
    expect(seen.slice(1)).toEqual([whatItGives(auth, signedIn)]);
    await auth.signOut();
    await rest();

    expect(seen.slice(2)).toEqual([whatItGives(auth, { status: 'signed-out', reason: 'signed-out' })]);
    expect(seen.map(({ client }) => client === auth)).toEqual([true, true, true]);
  });

  it('`fetch` is the client’s: it bears the token', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    await draw(
      <AuthProvider client={auth}>
        <Orders />
      </AuthProvider>,
    );
    await until(() => server.apiRequests.length);
    await rest();

    expect(server.apiRequests).toMatchObject([{ user: 'ada', status: 200 }]);
  });

  it('`signOut` can be a click’s handler as it is: signed out at once, then at the server', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const tree = await draw(
      <AuthProvider client={auth}>
        <Account />
      </AuthProvider>,
    );
    click(tree, 'Sign out');
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    await until(() => server.logouts === 1);
    await rest();
    expect(tree.text).toBe('signed-out');
  });

  it('gives the same object to each rendering, so that effects and memoized components can depend on it', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const page: PageLog = { seen: [], memoized: 0, effects: [] };
    const content = (text: string) => (
      <AuthProvider client={auth}>
        <Page log={page} text={text} />
      </AuthProvider>
    );
    const tree = await draw(content('a'));
    await tree.draw(content('b'));
    await tree.draw(content('c'));

    expect(tree.text).toBe('c');
    expect(page.seen).toHaveLength(3);
    expect(new Set(page.seen).size).toBe(1);
    expect(page).toMatchObject({ memoized: 1, effects: ['signed-in'] });

    await auth.signOut();
    await rest();
    expect(page.seen).toHaveLength(4);
    expect(new Set(page.seen).size).toBe(2);
    expect(page).toMatchObject({ memoized: 2, effects: ['signed-in', 'signed-out'] });
  });

  it('below two providers: the inner one’s client', async () => {
    const server = startAuthServer();
    const [outer, inner] = [openTab(), openTab()];
    await outer.signIn(server.login('ada'));
    await inner.signIn(server.login('bob'));
    const tree = await draw(
      <AuthProvider client={outer}>
        <Subject />
        <AuthProvider client={inner}>
          <Subject />
        </AuthProvider>
        <Subject />
      </AuthProvider>,
    );
    expect(tree.text).toBe('ada bob ada ');
  });
});

describe('without a provider', () => {
  const cases: [string, ReactNode][] = [
    ['useAuth()', <Status key="a" />],
    ['useAuth(selector)', <Selecting key="b" />],
    ['SignedIn', <SignedIn key="c">orders</SignedIn>],
  ];

  function expectConfigurationError(error: unknown) {
    expect(isAuthError(error) && error.code).toBe('configuration');
    expect(String(error)).toContain('<AuthProvider>');
  }

  it.each(cases)('%s throws a ConfigurationError that names it', async (_, content) => {
    expectComplaints(/AuthProvider|The above error occurred/);
    const errors: unknown[] = [];
    const tree = await draw(
      <Boundary onError={(error) => errors.push(error)}>{content}</Boundary>,
      // Newer Reacts tell of it here, in place of the console.
      { onCaughtError: () => {} },
    );
    expect(tree.text).toBe('failed');
    expect(errors).toHaveLength(1);
    expectConfigurationError(errors[0]);
  });

  it.each(cases)('%s does so on a server, too', (_, content) => {
    let thrown: unknown;
    try {
      renderToString(content);
    } catch (error) {
      thrown = error;
    }
    expectConfigurationError(thrown);
  });

  it('beside a provider is without one', () => {
    const auth = openTab();
    const content = (
      <>
        <AuthProvider client={auth}>ok</AuthProvider>
        <Status />
      </>
    );
    expect(() => renderToString(content)).toThrow('<AuthProvider>');
  });
});
