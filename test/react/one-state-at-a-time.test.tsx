/** All components of a page show one state at a time, whatever React has begun or put off. */

import { type ReactNode, Suspense, startTransition, useDeferredValue } from 'react';
import { AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, it, vi } from 'vitest';
import { ADA, Claim, signedIn } from '../given/react-watched.tsx';
import { Amid, type Data, Show, Status } from '../world/components.tsx';
import { tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

const Deferred = () => `(${useDeferredValue(useAuth().status)}) `;

describe('all components show one state at a time', () => {
  it('a transition amid a sign-out shows one state at a time', async () => {
    const { auth } = await signedIn(tokenAnswer(ADA));
    const now = performance.now.bind(performance);
    let late = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
    const content = (page: ReactNode) => (
      <AuthProvider client={auth}>
        <Status />
        {page}
      </AuthProvider>
    );
    const tree = await draw(content(null));
    const shown = watchCommits();
    const statuses: string[] = [];
    const takeLong = () => {
      if (!statuses.length) setImmediate(() => void auth.signOut());
      statuses.push(auth.getState().status);
      // So that React lets others run before it goes on.
      late += 100;
    };
    startTransition(() => {
      void tree.draw(
        content(
          <>
            <Status />
            <Amid run={takeLong} />
            <Amid run={takeLong} />
            <Status />
            <SignedIn fallback="nobody ">somebody </SignedIn>
          </>,
        ),
      );
    });
    await until(() => tree.text.includes('nobody'));
    await rest();

    // It was in the middle of the rendering.
    expect(statuses.slice(0, 2)).toEqual(['signed-in', 'signed-out']);
    expect(tree.text).toBe('signed-out signed-out signed-out nobody ');
    for (const text of shown) expect(text).not.toMatch(/signed-in.*signed-out|signed-out.*(signed-in|somebody)/);
  });

  it('a sign-out in a transition shows one state at a time', async () => {
    const { auth } = await signedIn(tokenAnswer(ADA));
    const statuses = ['a', 'b', 'c', 'd'].map((key) => <Status key={key} />);
    const tree = await draw(
      <AuthProvider client={auth}>
        {statuses}
        <Deferred />
        {statuses}
      </AuthProvider>,
    );
    const shown = watchCommits();
    startTransition(() => void auth.signOut());
    await rest();

    expect(tree.text).toBe(`${'signed-out '.repeat(4)}(signed-out) ${'signed-out '.repeat(4)}`);
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) {
      // What is deferred may be late; that is what it is for.
      expect(text.replace('(signed-in) ', '').replace('(signed-out) ', '')).toBe('signed-out '.repeat(8));
    }
  });

  it('a page that a waiting transition keeps follows the session', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer({ sub: 'ada', name: 'Ada', city: 'London' }));
    const { opened, open } = gate();
    const data: Data = { arrival: opened };
    const content = (claim: string, page: ReactNode) => (
      <AuthProvider client={auth}>
        <Suspense fallback="loading">
          <Claim name={claim} />
          {page}
          <Status />
        </Suspense>
      </AuthProvider>
    );
    const tree = await draw(content('name', 'page '));
    expect(tree.text).toBe('Ada page signed-in ');
    // The same component selects something else there.
    startTransition(() => void tree.draw(content('city', <Show data={data} />)));
    await rest();
    expect(tree.text).toBe('Ada page signed-in ');
    await refresh(tokenAnswer({ sub: 'ada', name: 'Eva', city: 'Paris' }));
    expect(tree.text).toBe('Eva page signed-in ');
    data.text = 'data ';
    open();
    await until(() => tree.text.includes('data'));
    expect(tree.text).toBe('Paris data signed-in ');
  });
});
