/** SignedIn: its children for who is signed in, the fallback for nobody, and nothing of one user left for the next. */

import { type ReactNode, StrictMode, Suspense, useState } from 'react';
import type { AuthClient } from 'silent-refresh';
import { SignedIn } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { below, notesPage } from '../given/react-guarded.tsx';
import { startAuthServer } from '../world/auth-server.ts';
import { type Data, Landing, Show } from '../world/components.tsx';
import { type Log, Notes, write } from '../world/notes.tsx';
import { openTab, openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

async function drawNotes(auth: AuthClient) {
  const log: Log = [];
  const tree = await draw(below(auth, notesPage(log)));
  return { tree, log };
}

/** Shows what it found when it was made. */
const Made = ({ find }: { readonly find: () => string }) => useState(find)[0];

describe('SignedIn shows', () => {
  it('SignedIn shows `restoring`, then its children, then the fallback', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const auth = openTab();
    const tree = await draw(
      below(
        auth,
        <SignedIn fallback={<b>login</b>} restoring={<i>splash</i>}>
          <u>orders</u>
        </SignedIn>,
      ),
    );
    expect(tree.container.innerHTML).toBe('<i>splash</i>');
    refresh.release();
    await until(() => auth.getState().status === 'signed-in');
    await rest();
    expect(tree.container.innerHTML).toBe('<u>orders</u>');
    await auth.signOut();
    await rest();
    expect(tree.container.innerHTML).toBe('<b>login</b>');
  });

  it('SignedIn shows nothing for what is not given', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const refresh = server.holdRefresh();
    const auth = openTab();
    const tree = await draw(
      below(
        auth,
        <>
          <SignedIn />
          <SignedIn fallback="login" />
          <SignedIn restoring="splash " />
          <SignedIn>orders</SignedIn>
        </>,
      ),
    );
    expect(tree.text).toBe('splash ');
    refresh.release();
    await until(() => auth.getState().status === 'signed-in');
    await rest();
    expect(tree.text).toBe('orders');
    await auth.signOut();
    await rest();
    expect(tree.text).toBe('login');
  });

  it('SignedIn shows children of any kind, and several of them', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const tree = await draw(
      below(
        auth,
        <SignedIn>
          <i>one </i>
          two {3}
          {null}
          {false}
          {['four', 'five'].map((each) => (
            <b key={each}> {each}</b>
          ))}
        </SignedIn>,
      ),
    );
    expect(tree.text).toBe('one two 3 four five');
  });

  it('SignedIn shows children that its parent has changed', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const tree = await draw(below(auth, <SignedIn>one</SignedIn>));
    await tree.draw(below(auth, <SignedIn>two</SignedIn>));
    expect(tree.text).toBe('two');
    await auth.signOut();
    await tree.draw(below(auth, <SignedIn fallback="login">two</SignedIn>));
    expect(tree.text).toBe('login');
    await tree.draw(below(auth, <SignedIn fallback="sign in">two</SignedIn>));
    expect(tree.text).toBe('sign in');
  });

  it.each([
    ['signed out', 'signed-out'],
    ['ended by the server', 'expired'],
  ])('SignedIn shows the fallback once the session is %s', async (_, reason) => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const { tree, log } = await drawNotes(auth);
    server.revoke('ada');
    await (reason === 'expired' ? auth.refresh().catch(() => {}) : auth.signOut());
    await rest();

    expect(auth.getState()).toEqual({ status: 'signed-out', reason });
    expect(tree.text).toBe('login');
    // Nothing was rendered there without a user.
    expect(log).toEqual(['ada: ""', 'comes', 'goes']);
  });

  it('SignedIn shows the fallback once another tab signs out', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await there.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const { tree } = await drawNotes(here);
    await there.signOut();
    await until(() => tree.text === 'login');
  });
});

describe('another user finds nothing of the earlier one', () => {
  it('children are made anew for who signs in in this tab', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const { tree, log } = await drawNotes(auth);
    await write(tree);
    expect(tree.text).toContain('ada wrote: a secret of ada');
    await auth.signIn(server.login('bob'));
    await rest();

    expect(tree.text).toContain('bob wrote: Write');
    expect(log).toEqual(['ada: ""', 'comes', 'ada: "a secret of ada"', 'bob: ""', 'goes', 'comes']);
  });

  it('children are made anew for who signs in in another tab', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const { tree, log } = await drawNotes(here);
    await write(tree);
    await there.signIn(server.login('bob'));
    await until(() => tree.text.includes('bob'));

    expect(tree.text).toContain('bob wrote: Write');
    expect(log).not.toContain('bob: "a secret of ada"');
    expect(log.slice(-3)).toEqual(['bob: ""', 'goes', 'comes']);
  });

  it.each([
    ['opaque tokens', () => opaqueAnswer()],
    ['tokens without a subject', () => tokenAnswer({ role: 'user' })],
  ])('children are made anew for another user with %s', async (_, answer) => {
    const auth = openTab();
    await auth.setSession(answer());
    const { tree } = await drawNotes(auth);
    await write(tree);
    await auth.setSession(answer());
    await rest();

    expect(tree.text).toContain('wrote: Write');
  });

  it('children are made anew for another user whom a refresh brings', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const { tree, log } = await drawNotes(auth);
    await write(tree);
    server.signIn('bob');
    await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-changed' });
    await rest();

    expect(tree.text).toContain('bob wrote: Write');
    expect(log).not.toContain('bob: "a secret of ada"');
  });

  it('children are made anew for another user after a sign-out', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const { tree } = await drawNotes(auth);
    await write(tree);
    await auth.signOut();
    await rest();
    await auth.signIn(server.login('bob'));
    await rest();
    expect(tree.text).toContain('bob wrote: Write');
  });

  it('children are made anew for the same user after a sign-out', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const { tree } = await drawNotes(auth);
    await write(tree);
    await auth.signOut();
    await rest();
    await auth.signIn(server.login('ada'));
    await rest();
    expect(tree.text).toContain('ada wrote: Write');
  });

  it('children are made anew for a user who comes back', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { tree } = await drawNotes(auth);
    await write(tree);
    await auth.setSession(tokenAnswer({ sub: 'bob' }));
    await rest();
    await write(tree);
    expect(tree.text).toContain('bob wrote: a secret of bob');
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    await rest();
    expect(tree.text).toContain('ada wrote: Write');
  });

  it('children follow a user who signs in before React’s effects run', async () => {
    const auth = openTab();
    await auth.setSession(opaqueAnswer());
    const found: string[] = [];
    const find = () => {
      const text = found.length ? 'another user' : 'the first user';
      found.push(text);
      return text;
    };
    // A sign-in waits for microtasks alone; newer Reacts give the effects of a page that is drawn first a later task.
    const signIn = () => void auth.setSession(opaqueAnswer());
    const tree = await draw(
      below(
        auth,
        <>
          <SignedIn>
            <Made find={find} />
          </SignedIn>
          <Landing run={signIn} />
        </>,
      ),
    );

    expect(found).toEqual(['the first user', 'another user']);
    expect(tree.text).toBe('another user');
  });

  it('children are made anew while the page waits for its data', async () => {
    const auth = openTab();
    await auth.setSession(opaqueAnswer());
    const { opened, open } = gate();
    const data: Data = { arrival: opened };
    const content = (part: ReactNode) =>
      below(
        auth,
        <Suspense fallback="loading">
          <SignedIn>
            <Notes />
            {part}
          </SignedIn>
        </Suspense>,
      );
    const tree = await draw(content(null));
    await write(tree);
    await tree.draw(content(<Show data={data} />));
    expect(tree.text).toContain('loading');
    await auth.setSession(opaqueAnswer());
    await rest();
    const shown = watchCommits();
    data.text = 'data';
    open();
    await until(() => tree.text.includes('data'));

    expect(tree.text).toBe('undefined wrote: Writedata');
    for (const text of shown) expect(text).not.toContain('a secret');
  });

  it('children of nested guards are made anew in StrictMode', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const log: Log = [];
    const tree = await draw(
      <StrictMode>
        {below(
          auth,
          <SignedIn>
            <SignedIn>
              <Notes log={log} />
            </SignedIn>
          </SignedIn>,
        )}
      </StrictMode>,
    );
    await write(tree);
    await auth.signIn(server.login('bob'));
    await rest();

    expect(tree.text).toContain('bob wrote: Write');
    expect(log).not.toContain('bob: "a secret of ada"');
  });
});

describe('the same user keeps what is open', () => {
  it('refreshes that change the claims keep what is open', async () => {
    const auth = openTab({ refresh: async () => tokenAnswer({ sub: 'ada', roles: [Math.random()] }) });
    await auth.restore();
    const { tree, log } = await drawNotes(auth);
    await write(tree);
    await auth.refresh();
    await auth.refresh();
    await rest();

    expect(tree.text).toContain('ada wrote: a secret of ada');
    expect(log.filter((each) => each === 'comes')).toHaveLength(1);
    expect(log).not.toContain('goes');
  });

  it('refreshes of opaque tokens keep what is open', async () => {
    const auth = openTab({ refresh: async () => opaqueAnswer() });
    await auth.restore();
    const { tree, log } = await drawNotes(auth);
    await write(tree);
    await auth.refresh();
    await rest();

    expect(tree.text).toContain('undefined wrote: a secret of undefined');
    expect(log).not.toContain('goes');
  });

  it('the same user who signs in once more keeps what is open', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const { tree, log } = await drawNotes(here);
    await write(tree);
    await here.signIn(server.login('ada'));
    await rest();
    const before = here.getState();
    await there.signIn(server.login('ada'));
    await until(() => here.getState() !== before);
    await rest();

    expect(tree.text).toContain('ada wrote: a secret of ada');
    expect(log).not.toContain('goes');
  });

  it('a parent that renders again keeps what is open', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const log: Log = [];
    const content = () =>
      below(
        auth,
        <SignedIn fallback={<b />} restoring={<b />}>
          <Notes log={log} />
        </SignedIn>,
      );
    const tree = await draw(content());
    await write(tree);
    await tree.draw(content());

    expect(tree.text).toContain('a secret of ada');
    expect(log).not.toContain('goes');
  });
});
