/** The provider finds out who is signed in by one restore, however many there are of it. */

import { StrictMode, useEffect, version } from 'react';
import { version as domVersion } from 'react-dom';
import { version as serverVersion } from 'react-dom/server';
import { AuthProvider, useAuth } from 'silent-refresh/react';
import { describe, expect, inject, it } from 'vitest';
import { known } from '../given/react-guarded.tsx';
import { startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { Status, Subject } from '../world/components.tsx';
import { counted } from '../world/counting.ts';
import { newBrowser, openTab } from '../world/tabs.ts';
import { draw } from '../world/tree.tsx';
import { rest, until } from '../world/waiting.ts';

/** After a redirect to a login page, say: the cookie is there. */
function Callback() {
  const { client } = useAuth();
  useEffect(() => {
    void client.signIn(() => fetch(TOKEN_ENDPOINT, { method: 'POST' }));
  }, [client]);
  return null;
}

it('these tests run with the React that they are for', () => {
  const expected = expect.stringMatching(`^${inject('reactVersion')}(\\.|$)`);
  expect([version, domVersion, serverVersion]).toEqual([expected, expected, expected]);
});

describe('one restore for all', () => {
  it('StrictMode, where each effect runs twice, costs one restore', async () => {
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

  it('several providers and 55 hooks of one client cost one restore', async () => {
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

  it('a tree that is mounted again costs no second restore', async () => {
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

  it('a visitor’s next page of the app asks no second time', async () => {
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

  it('no restore reaches the server where another tab knows the user', async () => {
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

  it('the sign-in of a child that mounts is the one call', async () => {
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
