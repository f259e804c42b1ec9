/** SignedIn in a part of the page that React hides, and shows again with its state: no user finds an earlier one's. */

import { Activity, type ReactNode, StrictMode } from 'react';
import type { AuthClient } from 'silent-refresh';
import { AuthProvider, SignedIn } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { startAuthServer } from './world/auth-server.ts';
import { type Log, Notes, write } from './world/notes.tsx';
import { openTab, openTwoTabs } from './world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from './world/tokens.ts';
import { draw } from './world/tree.tsx';
import { rest, until } from './world/waiting.ts';

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

const modes: [string, (content: ReactNode) => ReactNode][] = [
  ['as it is', (content) => content],
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
      reveal: (client = first) => tree.draw(content('visible', client)),
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
    await reveal();

    expect(tree.text).toMatch(/(bob|undefined) wrote: Write/);
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
    await reveal();

    expect(tree.text).toContain('wrote: Write');
  });

  it('shows nothing that the first user wrote before the second one came', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { tree, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    for (const sub of ['bob', 'ada']) await auth.setSession(tokenAnswer({ sub }));
    await rest();
    await reveal();

    expect(tree.text).toContain('ada wrote: Write');
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
    await reveal();

    expect(tree.text).toContain('bob wrote: Write');
  });

  it('shows nothing that is not for all once nobody is signed in', async () => {
    const auth = openTab({ signOut: undefined });
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const { tree, hide, reveal } = await drawHideable(auth);
    await write(tree);
    await hide();
    await auth.signOut();
    await reveal();

    expect(tree.text).toBe('login');
  });

  it('shows the second client’s user nothing of the first one’s', async () => {
    const [first, second] = [openTab(), openTab()];
    for (const client of [first, second]) await client.setSession(opaqueAnswer());
    const { tree, hide, reveal } = await drawHideable(first);
    await write(tree);
    await hide();
    await hide(second);
    await reveal(second);

    expect(tree.text).toContain('wrote: Write');
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
    await reveal();

    expect(tree.text).toContain('ada wrote: a secret of ada');
    expect(log).not.toContain('ada: ""');
  });
});
