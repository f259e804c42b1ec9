/** SignedIn below one client and then another, real ones and such as tests make by hand. */

import { type ReactNode, StrictMode, Suspense, startTransition } from 'react';
import type { AuthClient, AuthState } from 'silent-refresh';
import { AuthProvider, SignedIn } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { type Data, Show } from '../world/components.tsx';
import { Notes, write } from '../world/notes.tsx';
import { openTab } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

const guarded = (auth: AuthClient, guard: ReactNode) => <AuthProvider client={auth}>{guard}</AuthProvider>;

describe.each<[string, (draw: () => void) => void, (content: ReactNode) => ReactNode]>([
  ['at once', (draw) => draw(), (content) => content],
  ['in a transition', startTransition, (content) => content],
  ['in StrictMode', (draw) => draw(), (content) => <StrictMode>{content}</StrictMode>],
])('another client finds nothing of the earlier one’s user, %s', (_, change, inMode) => {
  it.each([
    ['tokens with a subject', () => tokenAnswer({ sub: 'ada' })],
    ['opaque tokens', () => opaqueAnswer()],
  ])('with %s', async (_, answer) => {
    const [first, second] = [openTab(), openTab()];
    for (const client of [first, second]) await client.setSession(answer());
    const content = (client: AuthClient) =>
      inMode(
        guarded(
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

  it('though the page waits for its data meanwhile', async () => {
    const [first, second] = [openTab(), openTab()];
    for (const client of [first, second]) await client.setSession(opaqueAnswer());
    const { opened, open } = gate();
    const data: Data = { arrival: opened };
    const content = (client: AuthClient, part: ReactNode) =>
      inMode(
        guarded(
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
    guarded(
      client,
      <SignedIn fallback="login" restoring="splash">
        {page}
      </SignedIn>,
    );
  const signedIn = (subject?: string) =>
    byHand({ status: 'signed-in', subject, claims: undefined, expiresAt: undefined });

  it('shows what its state says', async () => {
    const tree = await draw(content(byHand({ status: 'restoring' })));
    expect(tree.text).toBe('splash');
    await tree.draw(content(byHand({ status: 'signed-out', reason: 'expired' })));
    expect(tree.text).toBe('login');
    await tree.draw(content(signedIn('ada')));
    expect(tree.text).toContain('ada wrote: ');
  });

  it.each([['ada'], [undefined]])('keeps what is open, for the subject %s', async (subject) => {
    const tree = await draw(content(signedIn(subject)));
    await write(tree);
    await tree.draw(content(signedIn(subject)));
    expect(tree.text).toContain(`wrote: a secret of ${subject}`);
  });

  it('keeps nothing for another subject', async () => {
    const tree = await draw(content(signedIn('ada')));
    await write(tree);
    await tree.draw(content(signedIn('bob')));
    expect(tree.text).toContain('bob wrote: Write');
  });

  it('from a real one, by copying it at each rendering, keeps what is open', async () => {
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

  it('from a real one, whose states it copies, keeps nothing for another subject', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    const tree = await draw(content({ ...auth, getState: () => ({ ...auth.getState() }) }));
    await write(tree);
    await auth.setSession(tokenAnswer({ sub: 'bob' }));
    await rest();
    expect(tree.text).toContain('bob wrote: Write');
  });
});
