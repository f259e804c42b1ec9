/** SignedIn in a part of the page that React hides, and shows again with its state: no user finds an earlier one's. */

import { Activity, type ReactNode, startTransition } from 'react';
import type { AuthClient } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { asItIs, below, modes, notesPage, twoClients } from '../given/react-guarded.tsx';
import { startAuthServer } from '../world/auth-server.ts';
import { counted } from '../world/counting.ts';
import { type Log, write } from '../world/notes.tsx';
import { openTab, openTwoTabs } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { rest, until } from '../world/waiting.ts';

type Mode = 'visible' | 'hidden';

/** How a page comes to be drawn again: with its parent, or not even then, since its element is the same one. */
const pages: [string, (log: Log) => () => ReactNode][] = [
  ['drawn anew', (log) => () => notesPage(log)],
  [
    'that nothing draws anew',
    (log) => {
      const page = notesPage(log);
      return () => page;
    },
  ],
];

const cases = pages.flatMap(([page, makePage]) =>
  modes.map(([mode, inMode]) => [`${page}, ${mode}`, makePage, inMode] as const),
);

describe.each(cases)('a hidden page %s', (_, makePage, inMode) => {
  async function drawHideable(first: AuthClient) {
    const log: Log = [];
    const page = makePage(log);
    const content = (mode: Mode, client: AuthClient) =>
      inMode(below(client, <Activity mode={mode}>{page()}</Activity>));
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
  ])('a hidden page shows nothing of an earlier user, %s', async (_, answer) => {
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

  it('a hidden page shows the next user nothing after a sign-out', async () => {
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

  it('a user who comes back finds nothing in a hidden page', async () => {
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

  it('a hidden page shows nothing to who signed in elsewhere', async () => {
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

  it('a hidden page shows the login once nobody is signed in', async () => {
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

  it('a hidden page shows another client’s user nothing of the first’s', async () => {
    const [first, second] = await twoClients();
    const { tree, hide, reveal } = await drawHideable(first);
    await write(tree);
    await hide();
    await hide(second);
    const shown = await reveal(second);

    expect(tree.text).toContain('wrote: Write');
    for (const text of shown) expect(text).not.toContain('a secret');
  });

  it('a hidden page runs no effect for an earlier user', async () => {
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

  it('a hidden page loses what its user wrote at the sign-out', async () => {
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

  it('a page shown again follows another user', async () => {
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

  it('a hidden page keeps what its user wrote, through refreshes', async () => {
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
  it('a hidden page that is removed listens to the client no more', async () => {
    const { client, counts } = counted(openTab());
    await client.setSession(tokenAnswer({ sub: 'ada' }));
    const page = notesPage([]);
    const content = (mode: Mode) => below(client, <Activity mode={mode}>{page}</Activity>);
    const tree = await draw(content('visible'));
    await tree.draw(content('hidden'));
    expect(counts.listeners).toBe(1);
    await tree.remove();
    expect(counts.listeners).toBe(0);
  });
});

describe('a page that is drawn before it is shown', () => {
  it('a page drawn before it is shown shows nothing of earlier users', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const log: Log = [];
    const page = notesPage(log);
    const content = (mode: Mode) => below(auth, <Activity mode={mode}>{page}</Activity>);
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
