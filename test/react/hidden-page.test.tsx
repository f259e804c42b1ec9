/** SignedIn in a part of the page that React hides, and shows again with its state: no user finds an earlier one's. */

import { Activity, type ReactNode, StrictMode, startTransition } from 'react';
import type { AuthClient } from 'silent-refresh';
import { AuthProvider, SignedIn } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { startAuthServer } from '../world/auth-server.ts';
import { counted } from '../world/counting.ts';
import { type Log, Notes, write } from '../world/notes.tsx';
import { openTab, openTwoTabs } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { rest, until } from '../world/waiting.ts';

type Mode = 'visible' | 'hidden';

const pageOf = (log: Log) => (
  <SignedIn fallback="login" restoring="splash">
    <Notes log={log} />
  </SignedIn>
);

/** How a page comes to be drawn again: with its parent, or not even then, since its element is the same one. */
const pages: [string, (log: Log) => () => ReactNode][] = [
  ['drawn anew', (log) => () => pageOf(log)],
  [
    'that nothing draws anew',
    (log) => {
      const page = pageOf(log);
      return () => page;
    },
  ],
];

const asItIs = (content: ReactNode) => content;
const modes: [string, typeof asItIs][] = [
  ['as it is', asItIs],
  ['in StrictMode', (content) => <StrictMode>{content}</StrictMode>],
];

const cases = pages.flatMap(([page, makePage]) =>
  modes.map(([mode, inMode]) => [`${page}, ${mode}`, makePage, inMode] as const),
);

describe.each(cases)('a hidden page %s', (_, makePage, inMode) => {
  async function drawHideable(first: AuthClient) {
    const log: Log = [];
    const page = makePage(log);
    const content = (mode: Mode, client: AuthClient) =>
      inMode(
        <AuthProvider client={client}>
          <Activity mode={mode}>{page()}</Activity>
        </AuthProvider>,
      );
    const tree = await draw(content('visible', first));
    return {
      tree,
      log,
      hide: (client = first) => tree.draw(content('hidden', client)),
      /** Gives all that shows from then on. */
      async reveal(client = first) {
        const shown = watchCommits();
        await tree.draw(content('visible', client));
        return shown;
      },
    };
  }

  it.each([
    ['with another subject', (sub: string) => tokenAnswer({ sub })],
    ['with opaque tokens', () => opaqueAnswer()],
  ])('shows the second user nothing of the first one, %s', async (_, answer) => {
    const auth = openTab();
    await auth.setSession(answer('ada'));
    const { tree, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    await auth.setSession(answer('bob'));
    await rest();
    const shown = await reveal();

    expect(tree.text).toMatch(/(bob|undefined) wrote: Write/);
    expect(shown.length).toBeGreaterThan(0);
    // Not for a moment.
    for (const text of shown) expect(text).not.toMatch(/a secret|ada/);
  });

  it('shows nothing to the second user after a sign-out, either', async () => {
    const auth = openTab({ signOut: undefined });
    await auth.setSession(opaqueAnswer());
    const { tree, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    await auth.signOut();
    await auth.setSession(opaqueAnswer());
    await rest();
    const shown = await reveal();

    expect(tree.text).toContain('wrote: Write');
    for (const text of shown) expect(text).not.toContain('a secret');
  });

  it('shows nothing that the first user wrote before the second one came', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { tree, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    for (const sub of ['bob', 'ada']) await auth.setSession(tokenAnswer({ sub }));
    await rest();
    const shown = await reveal();

    expect(tree.text).toContain('ada wrote: Write');
    for (const text of shown) expect(text).not.toContain('a secret');
  });

  it('shows nothing of the first user to who signs in elsewhere', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada'));
    const { tree, hide, reveal } = await drawHideable(here);
    await write(tree);
    await hide();
    await there.signIn(server.login('bob'));
    await until(() => JSON.stringify(here.getState()).includes('bob'));
    const shown = await reveal();

    expect(tree.text).toContain('bob wrote: Write');
    for (const text of shown) expect(text).not.toMatch(/a secret|ada/);
  });

  it('shows nothing that is not for all once nobody is signed in', async () => {
    const auth = openTab({ signOut: undefined });
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { tree, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    await auth.signOut();
    const shown = await reveal();

    expect(tree.text).toBe('login');
    expect(new Set(shown)).toEqual(new Set(['login']));
  });

  it('shows the second client’s user nothing of the first one’s', async () => {
    const [first, second] = [openTab(), openTab()];
    for (const client of [first, second]) await client.setSession(opaqueAnswer());
    const { tree, hide, reveal } = await drawHideable(first);
    await write(tree);
    await hide();
    await hide(second);
    const shown = await reveal(second);

    expect(tree.text).toContain('wrote: Write');
    for (const text of shown) expect(text).not.toContain('a secret');
  });

  it('runs no effect of the first user’s page for the second one', async () => {
    const auth = openTab();
    await auth.setSession(opaqueAnswer());
    const { tree, log, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    expect(log).toContain('goes');
    log.length = 0;
    await auth.setSession(opaqueAnswer());
    await reveal();

    expect(log.filter((each) => each.includes('a secret'))).toEqual([]);
    // That is the second user's.
    expect(log.slice(log.indexOf('comes'))).toEqual(inMode === asItIs ? ['comes'] : ['comes', 'goes', 'comes']);
  });

  it('leaves nothing of the first user in the page while it is hidden', async () => {
    const auth = openTab({ signOut: undefined });
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { tree, hide } = await drawHideable(auth);
    await write(tree);
    await hide();
    expect(tree.container.innerHTML).toContain('a secret of ada');
    await auth.signOut();
    await until(() => !tree.container.innerHTML.includes('ada'));
    expect(tree.text).toBe('');
  });

  it('follows another user after it is shown again', async () => {
    const auth = openTab();
    await auth.setSession(opaqueAnswer());
    const { tree, hide, reveal } = await drawHideable(auth);
    await hide();
    await reveal();
    await write(tree);
    await auth.setSession(opaqueAnswer());
    await rest();
    expect(tree.text).toContain('wrote: Write');
  });

  it('keeps for the same user what they wrote, through refreshes', async () => {
    const auth = openTab({ refresh: async () => tokenAnswer({ sub: 'ada', roles: [Math.random()] }) });
    await auth.restore();
    const { tree, log, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    log.length = 0;
    await auth.refresh();
    const shown = await reveal();

    expect(tree.text).toContain('ada wrote: a secret of ada');
    for (const text of shown) expect(text).toContain('a secret of ada');
    expect(log).not.toContain('ada: ""');
  });
});

describe('a hidden page', () => {
  it('listens to the client no more, once it is removed', async () => {
    const { client, counts } = counted(openTab());
    await client.setSession(tokenAnswer({ sub: 'ada' }));
    const page = pageOf([]);
    const content = (mode: Mode) => (
      <AuthProvider client={client}>
        <Activity mode={mode}>{page}</Activity>
      </AuthProvider>
    );
    const tree = await draw(content('visible'));
    await tree.draw(content('hidden'));
    expect(counts.listeners).toBe(1);
    await tree.remove();
    expect(counts.listeners).toBe(0);
  });
});

describe('a page that is drawn before it is shown', () => {
  it('shows nothing that was made for an earlier user', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const log: Log = [];
    const page = pageOf(log);
    const content = (mode: Mode) => (
      <AuthProvider client={auth}>
        <Activity mode={mode}>{page}</Activity>
      </AuthProvider>
    );
    const tree = await draw(content('hidden'));
    await until(() => log.includes('ada: ""'));
    await auth.setSession(tokenAnswer({ sub: 'bob' }));
    log.length = 0;
    const shown = watchCommits();
    startTransition(() => void tree.draw(content('visible')));
    await until(() => log.includes('comes'));

    expect(tree.text).toContain('bob wrote: Write');
    for (const text of shown) expect(text).not.toContain('ada');
    // Ada's was thrown away, and has had no effect.
    expect(log).toEqual(['bob: ""', 'comes']);
  });
});
