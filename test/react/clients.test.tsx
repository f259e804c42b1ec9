/** SignedIn below one client and then another, real ones and such as tests make by hand. */

import { type ReactNode, StrictMode, Suspense, startTransition } from 'react';
import type { AuthClient, AuthState } from 'silent-refresh';
import { SignedIn } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { below, twoClients } from '../given/react-guarded.tsx';
import { type Data, Show } from '../world/components.tsx';
import { Notes, write } from '../world/notes.tsx';
import { openTab } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

describe.each<[string, (draw: () => void) => void, (content: ReactNode) => ReactNode]>([
  ['at once', (draw) => draw(), (content) => content],
  ['in a transition', startTransition, (content) => content],
  ['in StrictMode', (draw) => draw(), (content) => <StrictMode>{content}</StrictMode>],
])('another client finds nothing of the earlier one’s user, %s', (_, change, inMode) => {
  it.each([
    ['JWTs', () => tokenAnswer({ sub: 'ada' })],
    ['opaque tokens', () => opaqueAnswer()],
  ])('with %s another client finds nothing of the earlier user', async (_, answer) => {
    const [first, second] = await twoClients(answer);
    const content = (client: AuthClient) =>
      inMode(
        below(
          client,
          <SignedIn>
            <Notes />
          </SignedIn>,
        ),
      );
    const tree = await draw(content(first));
    await write(tree);
    expect(tree.text).toContain('wrote: a secret');
    for (const client of [second, first]) {
      change(() => void tree.draw(content(client)));
      await rest();
      expect(tree.text).toContain('wrote: Write');
      await write(tree);
    }
  });

  it('another client finds nothing, though the page waits for its data', async () => {
    const [first, second] = await twoClients();
    const { opened, open } = gate();
    const data: Data = { arrival: opened };
    const content = (client: AuthClient, part: ReactNode) =>
      inMode(
        below(
          client,
          <Suspense fallback="loading">
            <SignedIn>
              <Notes />
              {part}
            </SignedIn>
          </Suspense>,
        ),
      );
    const tree = await draw(content(first, null));
    await write(tree);
    const shown = watchCommits();
    change(() => void tree.draw(content(second, <Show data={data} />)));
    await rest();
    // Somebody else comes where nobody looks any more.
    await first.setSession(opaqueAnswer());
    await rest();
    data.text = 'data';
    open();
    await until(() => tree.text.includes('data'));

    expect(tree.text).toBe('undefined wrote: Writedata');
    for (const text of shown.filter((text) => text.includes('data'))) expect(text).not.toContain('a secret');
  });
});

describe('a client made by hand, as tests do', () => {
  const nothing = () => {};
  /** Another one each time, as it is written inline; its states are plain objects. */
  const byHand = (state: AuthState) =>
    ({
      getState: () => ({ ...state }),
      subscribe: () => nothing,
      on: () => nothing,
      restore: async () => state,
      fetch,
      signOut: async () => ({ serverConfirmed: true }),
    }) as unknown as AuthClient;
  const content = (client: AuthClient, page: ReactNode = <Notes />) =>
    below(
      client,
      <SignedIn fallback="login" restoring="splash">
        {page}
      </SignedIn>,
    );
  const signedIn = (subject?: string) =>
    byHand({ status: 'signed-in', subject, claims: undefined, expiresAt: undefined });

  it('SignedIn shows what the state of a client made by hand says', async () => {
    const tree = await draw(content(byHand({ status: 'restoring' })));
    expect(tree.text).toBe('splash');
    await tree.draw(content(byHand({ status: 'signed-out', reason: 'expired' })));
    expect(tree.text).toBe('login');
    await tree.draw(content(signedIn('ada')));
    expect(tree.text).toContain('ada wrote: ');
  });

  it.each([['ada'], [undefined]])('a client made by hand keeps what subject %s has open', async (subject) => {
    const tree = await draw(content(signedIn(subject)));
    await write(tree);
    await tree.draw(content(signedIn(subject)));
    expect(tree.text).toContain(`wrote: a secret of ${subject}`);
  });

  it('a client made by hand keeps nothing for another subject', async () => {
    const tree = await draw(content(signedIn('ada')));
    await write(tree);
    await tree.draw(content(signedIn('bob')));
    expect(tree.text).toContain('bob wrote: Write');
  });

  it('a client copied at each rendering keeps what is open', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const tree = await draw(content({ ...auth }));
    await write(tree);
    await tree.draw(content({ ...auth, fetch }));
    expect(tree.text).toContain('ada wrote: a secret of ada');
    await auth.setSession(tokenAnswer({ sub: 'bob' }));
    await rest();
    expect(tree.text).toContain('bob wrote: Write');
  });

  it('a client that copies its states keeps nothing for another subject', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const tree = await draw(content({ ...auth, getState: () => ({ ...auth.getState() }) }));
    await write(tree);
    await auth.setSession(tokenAnswer({ sub: 'bob' }));
    await rest();
    expect(tree.text).toContain('bob wrote: Write');
  });
});
