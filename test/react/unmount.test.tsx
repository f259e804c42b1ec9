/** The React door leaves nothing where a tree has stood, comes back to life with it, and follows another client. */

import type { ReactNode } from 'react';
import type { AuthClient } from 'silent-refresh';
import { type Auth, AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { modes } from '../given/react-guarded.tsx';
import { useWhole } from '../given/react-watched.tsx';
import { startAuthServer } from '../world/auth-server.ts';
import { countChannels } from '../world/channels.ts';
import { stopClocks } from '../world/clocks.ts';
import { Status, Subject, Watch } from '../world/components.tsx';
import { counted } from '../world/counting.ts';
import { openTab, openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { tokenAnswer } from '../world/tokens.ts';
import { draw } from '../world/tree.tsx';
import { rest, until } from '../world/waiting.ts';

/** The listeners on the page that have been added and not removed, by type. */
const listening: string[] = [];
const channels = countChannels();

function watchListeners(target: EventTarget) {
  const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)];
  vi.spyOn(target, 'addEventListener').mockImplementation((type, ...rest) => {
    listening.push(type);
    add(type, ...rest);
  });
  vi.spyOn(target, 'removeEventListener').mockImplementation((type, ...rest) => {
    listening.splice(listening.indexOf(type), listening.includes(type) ? 1 : 0);
    remove(type, ...rest);
  });
}

beforeEach(async () => {
  // React itself listens to a document for good, from its first tree on.
  await (await draw('first')).remove();
  listening.length = 0;
  watchListeners(window);
  watchListeners(document);
});

/** What a client listens to, whoever uses it. */
const CLIENTS_OWN = ['visibilitychange', 'resume', 'prerenderingchange', 'pageshow', 'online', 'freeze'];

const App = ({ client }: { readonly client: AuthClient }) => (
  <AuthProvider client={client}>
    <Status />
    <Subject />
    <SignedIn fallback="nobody">somebody</SignedIn>
  </AuthProvider>
);
/** One for each component, and a second one of SignedIn, which goes on while React hides it. */
const LISTENERS = 4;

describe.each(modes)('a tree that is removed, %s', (_, inMode) => {
  it('a removed tree listens to the client no more', async () => {
    startAuthServer();
    const { client, counts } = counted(openTab());
    const tree = await draw(inMode(<App client={client} />));
    expect(counts.listeners).toBe(LISTENERS);
    await until(() => client.getState().status === 'signed-out');
    await rest();
    expect(counts.listeners).toBe(LISTENERS);
    await tree.remove();
    expect(counts.listeners).toBe(0);
  });

  it('a tree adds no listener to the page, and no timer', async () => {
    stopClocks();
    const { client } = counted(openTab({ refresh: async () => tokenAnswer({ sub: 'ada' }) }));
    await client.setSession(tokenAnswer({ sub: 'ada' }));
    await rest();
    const before = { listening: [...listening], timers: vi.getTimerCount(), channels: channels.open };
    expect(before).toEqual({ listening: CLIENTS_OWN, timers: 1, channels: 1 });
    const now = () => ({ listening, timers: vi.getTimerCount(), channels: channels.open });

    const tree = await draw(inMode(<App client={client} />));
    expect(tree.text).toBe('signed-in ada somebody');
    expect(now()).toEqual(before);
    await tree.remove();
    expect(now()).toEqual(before);
  });

  it('a removed tree leaves the client as it is', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const tree = await draw(inMode(<App client={auth} />));
    await tree.remove();

    expect(await auth.getAccessToken()).toMatch(/^ey/);
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('a removed tree and a disposed client leave nothing at all', async () => {
    stopClocks();
    const auth = openTab({ refresh: async () => tokenAnswer({ sub: 'ada' }) });
    const tree = await draw(inMode(<App client={auth} />));
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    await rest();
    expect(tree.text).toBe('signed-in ada somebody');
    expect(listening).toEqual(CLIENTS_OWN);
    await tree.remove();
    auth.dispose();
    await rest();

    expect({ listening, timers: vi.getTimerCount(), channels: channels.open }).toEqual({
      listening: [],
      timers: 0,
      channels: 0,
    });
  });

  it('a tree drawn again shows what other tabs do', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const content = inMode(<App client={here} />);
    await (await draw(content)).remove();
    const tree = await draw(content);
    expect(tree.text).toBe('signed-in ada somebody');
    await there.signOut();
    await until(() => tree.text === 'signed-out signed-out nobody');
    await there.signIn(server.login('bob'));
    await until(() => tree.text === 'signed-in bob somebody');
  });

  it('a tree drawn again shows what happened meanwhile', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const content = inMode(<App client={here} />);
    await (await draw(content)).remove();
    await there.signOut();
    await until(() => here.getState().status === 'signed-out');
    const tree = await draw(content);
    expect(tree.text).toBe('signed-out signed-out nobody');
  });
});

describe('a part of the tree that goes', () => {
  it('a part that goes takes its own listeners along alone', async () => {
    startAuthServer();
    const { client, counts } = counted(openTab());
    const content = (part: ReactNode) => (
      <AuthProvider client={client}>
        <Status />
        {part}
      </AuthProvider>
    );
    const tree = await draw(content(<Subject />));
    expect(counts.listeners).toBe(2);
    await tree.draw(content(null));
    expect(counts.listeners).toBe(1);
    await client.signOut();
    await rest();
    expect(tree.text).toBe('signed-out ');
  });

  it('the selector of a part that has gone isn’t called', async () => {
    const auth = openTab({ refresh: async () => tokenAnswer({ sub: 'ada' }) });
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const select = vi.fn(() => 'selected');
    const content = (part: ReactNode) => <AuthProvider client={auth}>{part}</AuthProvider>;
    const tree = await draw(content(<Watch use={() => useAuth(select)} seen={[]} />));
    await tree.draw(content(null));
    select.mockClear();
    await auth.refresh();
    await rest();
    expect(select).not.toHaveBeenCalled();
  });
});

describe.each(modes)('another client for the same tree, %s', (_, inMode) => {
  it('another client is followed, and the earlier one has no listener', async () => {
    const server = startAuthServer();
    const [first, second] = [counted(openTab()), counted(openTab())];
    await first.client.signIn(server.login('ada'));
    await second.client.signIn(server.login('bob'));
    const tree = await draw(inMode(<App client={first.client} />));
    expect(tree.text).toBe('signed-in ada somebody');
    await tree.draw(inMode(<App client={second.client} />));
    expect(tree.text).toBe('signed-in bob somebody');
    expect(first.counts.listeners).toBe(0);
    expect(second.counts.listeners).toBe(LISTENERS);

    await first.client.signOut();
    await rest();
    expect(tree.text).toBe('signed-in bob somebody');
    await second.client.signOut();
    await rest();
    expect(tree.text).toBe('signed-out signed-out nobody');
  });

  it('another client is restored', async () => {
    const server = startAuthServer();
    const first = openTab();
    await first.signIn(server.login('ada'));
    const tree = await draw(inMode(<App client={first} />));
    expect(server.refreshCalls).toBe(0);
    const refresh = server.holdRefresh();
    await tree.draw(inMode(<App client={openTab()} />));
    expect(tree.text).toBe('restoring restoring ');
    refresh.release();
    await until(() => tree.text === 'signed-in ada somebody');
    expect(server.refreshCalls).toBe(1);
  });

  it('useAuth() gives another client, though their states are alike', async () => {
    const answer = tokenAnswer({ sub: 'ada' });
    const clients = [openTab({ refresh: async () => answer }), openTab({ refresh: async () => answer })] as const;
    for (const client of clients) await client.setSession(answer);
    const seen: Auth[] = [];
    const content = (client: AuthClient) =>
      inMode(
        <AuthProvider client={client}>
          <Watch use={useWhole} seen={seen} />
        </AuthProvider>,
      );
    const tree = await draw(content(clients[0]));
    const count = seen.length;
    await tree.draw(content(clients[1]));

    expect(seen.slice(0, count).every(({ client }) => client === clients[0])).toBe(true);
    for (const auth of seen.slice(count)) {
      expect(auth.client).toBe(clients[1]);
      expect(auth.fetch).not.toBe(seen[0]?.fetch);
      expect(auth.signOut).toBe(clients[1].signOut);
    }
    expect(seen.length).toBeGreaterThan(count);
  });

  it('useAuth() gives another client while neither has been restored', async () => {
    const never = { refresh: () => new Promise<never>(() => {}) };
    const clients = [openTab(never), openTab(never)] as const;
    const seen: Auth[] = [];
    const content = (client: AuthClient) =>
      inMode(
        <AuthProvider client={client}>
          <Watch use={useWhole} seen={seen} />
        </AuthProvider>,
      );
    const tree = await draw(content(clients[0]));
    await tree.draw(content(clients[1]));
    expect(seen.map(({ status }) => status)).toEqual(seen.map(() => 'restoring'));
    expect(seen.at(-1)?.client).toBe(clients[1]);
  });
});
