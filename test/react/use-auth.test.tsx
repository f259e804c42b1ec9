/** useAuth() gives the state and the client, below a provider alone. */

import { memo, type ReactNode, useEffect } from 'react';
import { renderToString } from 'react-dom/server';
import { type AuthClient, type AuthState, isAuthError } from 'silent-refresh';
import { type Auth, AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { known } from '../given/react-guarded.tsx';
import { useWhole } from '../given/react-watched.tsx';
import { API, startAuthServer } from '../world/auth-server.ts';
import { expectComplaints } from '../world/complaints.ts';
import { Boundary, Status, Subject, Watch } from '../world/components.tsx';
import { openTab } from '../world/tabs.ts';
import { click, draw } from '../world/tree.tsx';
import { rest, until } from '../world/waiting.ts';

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

const Selecting = () => <i>{useAuth((state) => state.status)}</i>;

describe('useAuth()', () => {
  const whatItGives = (auth: AuthClient, state: AuthState) => ({
    ...state,
    // That of the user: see fetch-of-a-user.
    fetch: expect.any(Function),
    signOut: auth.signOut,
    client: auth,
  });

  it('useAuth() gives the state with `fetch`, `signOut` and the client', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const auth = openTab();
    const seen: Auth[] = [];
    await draw(
      <AuthProvider client={auth}>
        <Watch use={useWhole} seen={seen} />
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

  it('the `fetch` of useAuth() bears the token', async () => {
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

  it('the `signOut` of useAuth() can be a click’s handler as it is', async () => {
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

  it('effects and memoized components can depend on what useAuth() gives', async () => {
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

  it('below two providers useAuth() gives the inner one’s client', async () => {
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

  it.each(cases)('without a provider %s throws a ConfigurationError that names it', async (_, content) => {
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

  it.each(cases)('without a provider %s throws on a server, too', (_, content) => {
    let thrown: unknown;
    try {
      renderToString(content);
    } catch (error) {
      thrown = error;
    }
    expectConfigurationError(thrown);
  });

  it('useAuth() beside a provider throws as without one', () => {
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
