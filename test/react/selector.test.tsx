/** useAuth(selector) renders a component again when what it selects has changed, compared by content. */

import { type ReactElement, StrictMode, startTransition } from 'react';
import type { AuthClient, AuthState } from 'silent-refresh';
import { AuthProvider, useAuth } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { ADA, Claim, drawWatch, session, signedIn } from '../given/react-watched.tsx';
import { expectComplaints } from '../world/complaints.ts';
import { Boundary, Status, Watch } from '../world/components.tsx';
import { tokenAnswer } from '../world/tokens.ts';
import { draw } from '../world/tree.tsx';
import { rest } from '../world/waiting.ts';

describe('useAuth(selector)', () => {
  const rolesOf = (state: AuthState) => (session(state)?.claims as { roles?: string[] } | undefined)?.roles;

  it('a selector renders when what it selects changes, and only then', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth((state) => rolesOf(state)?.includes('admin') ?? false));
    await refresh(tokenAnswer({ ...ADA, name: 'Ada' }));
    await refresh(tokenAnswer({ ...ADA, roles: ['editor'] }));
    expect(seen).toEqual([false]);
    await refresh(tokenAnswer({ ...ADA, roles: ['admin'] }));
    expect(seen).toEqual([false, true]);
    await refresh(tokenAnswer({ ...ADA, roles: ['admin', 'editor'] }));
    expect(seen).toEqual([false, true]);
    await auth.signOut();
    await rest();
    expect(seen).toEqual([false, true, false]);
  });

  it('a selector renders when a value turns up that is undefined', async () => {
    const { auth } = await signedIn({ access_token: 'opaque', expires_in: 300 });
    const { seen } = await drawWatch(auth, () =>
      useAuth((state) => (state.status === 'signed-in' ? [state.subject] : [])),
    );
    await auth.signOut();
    await rest();
    expect(seen).toEqual([[undefined], []]);
  });

  it('a selector that builds objects renders when their content changes', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen, drawAgain } = await drawWatch(auth, () =>
      useAuth((state) => ({ status: state.status, nested: { roles: [...(rolesOf(state) ?? [])] } })),
    );
    await refresh(tokenAnswer(ADA));
    await refresh(tokenAnswer({ ...ADA, name: 'Ada' }));
    expect(seen).toHaveLength(1);
    await drawAgain();
    await drawAgain();
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
    await refresh(tokenAnswer({ ...ADA, roles: ['admin'] }));

    expect(seen.slice(3)).toEqual([{ status: 'signed-in', nested: { roles: ['admin'] } }]);
  });

  it('a selector that builds arrays renders when their content changes', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth((state) => (rolesOf(state) ?? []).map((role) => ({ role }))));
    await refresh(tokenAnswer({ ...ADA, name: 'Ada' }));
    expect(seen).toEqual([[{ role: 'reader' }, { role: 'editor' }]]);
    await refresh(tokenAnswer({ ...ADA, roles: ['reader', 'admin'] }));
    expect(seen.slice(1)).toEqual([[{ role: 'reader' }, { role: 'admin' }]]);
    await refresh(tokenAnswer({ ...ADA, roles: ['reader'] }));
    expect(seen.slice(2)).toEqual([[{ role: 'reader' }]]);
  });

  const makers: [string, (state: AuthState) => unknown, ((made: never) => unknown)?][] = [
    ['Set', (state) => new Set(rolesOf(state))],
    ['Map', (state) => new Map([['roles', rolesOf(state)]])],
    ['Date', (state) => new Date(session(state)?.expiresAt ?? 0)],
    ['bare object', (state) => Object.assign(Object.create(null), { roles: rolesOf(state) })],
    ['function', (state) => () => rolesOf(state), (made: () => unknown) => made()],
    ['React element', (state) => <b title={String(rolesOf(state))} />, (made: ReactElement) => made.props],
  ];
  it.each(makers)('a selector that builds a %s makes no loop', async (...args) => {
    const [, make, read = (made) => made] = args;
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    // Inline, as it is written in apps: another function at each rendering.
    const { seen, drawAgain } = await drawWatch(auth, () => useAuth((state) => make(state)));
    expect(seen).toHaveLength(1);
    await drawAgain();
    expect(seen).toHaveLength(2);
    await refresh(tokenAnswer({ ...ADA, roles: ['admin'] }));
    expect(seen).toHaveLength(3);
    expect(read(seen[2] as never)).toEqual(read(make(auth.getState()) as never));
  });

  it.each(makers)('a selector that builds a %s makes no loop in StrictMode', async (...args) => {
    const [, make, read = (made) => made] = args;
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen, drawAgain } = await drawWatch(auth, () => useAuth((state) => make(state)), StrictMode);
    startTransition(() => void drawAgain());
    await rest();
    await refresh(tokenAnswer({ ...ADA, roles: ['admin'] }));

    expect(read(seen.at(-1) as never)).toEqual(read(make(auth.getState()) as never));
    // Each of the three twice, and no more of them than React needs to be sure.
    expect(seen.length).toBeLessThanOrEqual(12);
  });

  it.each<[string, () => unknown]>([
    ['NaN', () => Number.NaN],
    ['undefined', () => undefined],
    ['null', () => null],
    ['-0', () => -0],
    ['an empty object', () => ({})],
    ['an empty array', () => []],
  ])('a selector that gives %s renders nothing anew', async (_, make) => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth(() => make()));
    await refresh(tokenAnswer({ ...ADA, name: 'Ada' }));
    await refresh(tokenAnswer({ ...ADA, name: 'Bea' }));
    expect(seen).toEqual([make()]);
  });

  it('a selector renders at each change of type', async () => {
    const values = [undefined, {}, null, 'text', 0, [1], { 0: 2 }, undefined];
    const { auth, refresh } = await signedIn(tokenAnswer({ sub: 'ada', step: 0 }));
    const { seen } = await drawWatch(auth, () =>
      useAuth((state) => values[Number((session(state)?.claims as Record<string, unknown>)?.step)]),
    );
    for (let step = 1; step < values.length; step++) await refresh(tokenAnswer({ sub: 'ada', step }));
    expect(seen).toEqual(values);
  });

  it('a selector of the expiry follows each refresh', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth((state) => session(state)?.expiresAt));
    const expected = [session(auth.getState())?.expiresAt];
    for (let count = 0; count < 3; count++) {
      await refresh(tokenAnswer(ADA));
      expected.push(session(auth.getState())?.expiresAt);
    }
    expect(new Set(expected).size).toBe(4);
    expect(seen).toEqual(expected);
  });

  it.each<[string, (state: AuthState) => unknown]>([
    ['the whole state', (state) => state],
    ['a copy of the state', (state) => ({ ...state })],
    ['all claims', (state) => session(state)?.claims],
    ['an object with the expiry', (state) => ({ expiresAt: session(state)?.expiresAt })],
    ['an object with all claims', (state) => ({ claims: session(state)?.claims })],
  ])('a selector of %s follows each refresh', async (_, select) => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth(select));
    await refresh(tokenAnswer(ADA));
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(select(auth.getState()));
  });

  it('a selector that closes over a prop uses the latest prop', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer({ sub: 'ada', name: 'Ada', city: 'London' }));
    const content = (name: string) => (
      <AuthProvider client={auth}>
        <Claim name={name} />
      </AuthProvider>
    );
    const tree = await draw(content('name'));
    expect(tree.text).toBe('Ada ');
    await tree.draw(content('city'));
    expect(tree.text).toBe('London ');
    await refresh(tokenAnswer({ sub: 'ada', name: 'Ada', city: 'Paris' }));
    expect(tree.text).toBe('Paris ');
    await tree.draw(content('name'));
    expect(tree.text).toBe('Ada ');
  });

  it('a selector that replaces another renders for its own value alone', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer({ sub: 'ada', name: 'Ada', city: 'London' }));
    const claim = (name: string) => (state: AuthState) => ({ [name]: (session(state)?.claims as never)?.[name] });
    let select = claim('name');
    const { seen, drawAgain } = await drawWatch(auth, () => useAuth(select));
    select = claim('city');
    await drawAgain();
    await refresh(tokenAnswer({ sub: 'ada', name: 'Eva', city: 'London' }));
    await refresh(tokenAnswer({ sub: 'ada', name: 'Eva', city: 'Paris' }));

    expect(seen).toEqual([{ name: 'Ada' }, { city: 'London' }, { city: 'Paris' }]);
  });

  it('useAuth() may get a selector and lose it again', async () => {
    const { auth } = await signedIn(tokenAnswer(ADA));
    let select: ((state: AuthState) => unknown) | undefined;
    const use = () => (useAuth as (select?: (state: AuthState) => unknown) => unknown)(select);
    const { seen, drawAgain } = await drawWatch(auth, use);
    select = (state) => state.status;
    await drawAgain();
    select = undefined;
    await drawAgain();

    const whole = { status: 'signed-in', subject: 'ada', client: auth };
    expect(seen).toMatchObject([whole, 'signed-in', whole]);
  });

  describe('that throws', () => {
    const picky = (state: AuthState) => {
      if (state.status === 'signed-out') throw new Error('Nobody to select from.');
      return state.status;
    };
    const use = () => useAuth(picky);
    const guarded = (auth: AuthClient, errors: unknown[]) => (
      <AuthProvider client={auth}>
        <Status />
        <Boundary onError={(error) => errors.push(error)}>
          <Watch use={use} seen={[]} />
          fine
        </Boundary>
      </AuthProvider>
    );
    const quiet = { onCaughtError: () => {} };

    it('what a selector throws at first reaches the error boundary', async () => {
      expectComplaints(/Nobody to select from|The above error occurred/);
      const { auth } = await signedIn(tokenAnswer(ADA));
      await auth.signOut();
      const errors: unknown[] = [];
      const tree = await draw(guarded(auth, errors), quiet);
      expect(tree.text).toBe('signed-out failed');
      expect(errors.map(String)).toEqual(['Error: Nobody to select from.']);
    });

    it('what a selector throws later hurts no other component or listener', async () => {
      expectComplaints(/Nobody to select from|The above error occurred/);
      const { auth } = await signedIn(tokenAnswer(ADA));
      const errors: unknown[] = [];
      const tree = await draw(guarded(auth, errors), quiet);
      expect(tree.text).toBe('signed-in fine');
      const heard: string[] = [];
      auth.subscribe(() => heard.push(auth.getState().status));
      await auth.signOut();
      await rest();

      expect(tree.text).toBe('signed-out failed');
      expect(errors.map(String)).toEqual(['Error: Nobody to select from.']);
      expect(heard).toEqual(['signed-out']);

      await auth.setSession(tokenAnswer(ADA));
      await rest();
      expect(tree.text).toBe('signed-in failed');
      await tree.draw(guarded(auth, errors));
      expect(errors).toHaveLength(1);
    });
  });
});
