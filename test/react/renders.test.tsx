/** The React door renders a component again when what it uses has changed, and not for each new token. */

import { type ReactElement, type ReactNode, StrictMode, Suspense, startTransition, useDeferredValue } from 'react';
import type { AuthClient, AuthState } from 'silent-refresh';
import { type Auth, AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, it, vi } from 'vitest';
import { expectComplaints } from '../world/complaints.ts';
import { Amid, Boundary, type Data, Show, Status, Watch } from '../world/components.tsx';
import { openTab, openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { draw, watchCommits } from '../world/tree.tsx';
import { gate, rest, until } from '../world/waiting.ts';

const ADA = { sub: 'ada', roles: ['reader', 'editor'], plan: { name: 'pro', exp: 1, seats: [1, 2] } };

/** A tab in which somebody is signed in, and whose token endpoint answers as it is told. */
async function signedIn(answer: object) {
  let next = answer;
  const auth = openTab({ refresh: async () => next, signOut: undefined });
  await auth.setSession(answer);
  return {
    auth,
    async refresh(answer: object) {
      next = answer;
      await auth.refresh();
      await rest();
    },
  };
}

const useWhole = useAuth as () => Auth;
const session = <State extends AuthState>(state: State | undefined) =>
  state?.status === 'signed-in' ? (state as State & { status: 'signed-in' }) : undefined;

/** A component below a provider, and what it sees at each of its renderings. */
async function drawWatch<Seen>(auth: AuthClient, use: () => Seen, Around: typeof StrictMode = Plain) {
  const seen: Seen[] = [];
  const content = () => (
    <Around>
      <AuthProvider client={auth}>
        <Watch use={use} seen={seen} />
      </AuthProvider>
    </Around>
  );
  const tree = await draw(content());
  return { seen, drawAgain: () => tree.draw(content()), remove: tree.remove };
}
const Plain = (({ children }: { children?: ReactNode }) => children) as unknown as typeof StrictMode;

function Claim({ name }: { readonly name: string }) {
  return <i>{String(useAuth((state) => (session(state)?.claims as Record<string, unknown>)?.[name]))} </i>;
}

const Deferred = () => `(${useDeferredValue(useAuth().status)}) `;

describe('useAuth(): a refresh', () => {
  it('whose claims stayed the same renders nothing anew', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    const before = session(auth.getState());
    await refresh(tokenAnswer(ADA));
    await refresh(tokenAnswer(ADA));

    const after = session(auth.getState());
    expect(after).toMatchObject({ subject: 'ada', claims: ADA });
    expect(after?.expiresAt).not.toBe(before?.expiresAt);
    for (const claim of ['exp', 'iat', 'nbf', 'jti'])
      expect(after?.claims).not.toHaveProperty(claim, before?.claims?.[claim]);
    expect(seen).toHaveLength(1);
  });

  const registered = { iat: 1_000, nbf: 1_000, exp: 2_000, jti: 'a' };
  it.each<[string, object]>([
    ['another exp', { exp: 2_100 }],
    ['another iat', { iat: 1_100 }],
    ['another nbf', { nbf: 1_100 }],
    ['another jti', { jti: 'b' }],
    ['no exp any more', { exp: undefined }],
    ['no jti any more', { jti: undefined }],
  ])('with %s renders nothing anew', async (_, change) => {
    const { auth, refresh } = await signedIn(tokenAnswer({ ...ADA, ...registered }));
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(tokenAnswer({ ...ADA, ...registered, ...change }));
    expect(seen).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['another role', { roles: ['reader', 'admin'] }],
    ['one role more', { roles: ['reader', 'editor', 'admin'] }],
    ['one role less', { roles: ['reader'] }],
    ['roles in another order', { roles: ['editor', 'reader'] }],
    ['a claim more', { tenant: 'acme' }],
    ['a claim less', { roles: undefined }],
    ['a claim that is null now', { plan: null }],
    ['a text where a number was', { plan: { ...ADA.plan, exp: '1' } }],
    ['a change inside of a claim', { plan: { ...ADA.plan, name: 'free' } }],
    ['a change deep inside of a claim', { plan: { ...ADA.plan, seats: [1, 3] } }],
    ['another exp inside of a claim', { plan: { ...ADA.plan, exp: 2 } }],
    ['a claim named expiresIn', { expiresIn: 5 }],
    ['a claim of its own named expiresAt', { expiresAt: 7 }],
    ['an exp inside of a claim named claims', { claims: { exp: 2 } }],
    ['an object where a list was', { roles: { 0: 'reader', 1: 'editor' } }],
  ])('with %s renders once', async (_, change) => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(tokenAnswer({ ...ADA, ...change }));
    await refresh(tokenAnswer({ ...ADA, ...change }));

    expect(seen).toHaveLength(2);
    const { iat, nbf, exp, jti, ...claims } = session(seen[1])?.claims ?? {};
    expect(claims).toEqual(JSON.parse(JSON.stringify({ ...ADA, ...change })));
  });

  it('to and fro renders each time', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    for (const role of ['admin', 'reader', 'admin']) {
      await refresh(tokenAnswer({ ...ADA, roles: [role] }));
      await refresh(tokenAnswer({ ...ADA, roles: [role] }));
    }
    expect(seen.map((auth) => session(auth)?.claims?.roles)).toEqual([ADA.roles, ['admin'], ['reader'], ['admin']]);
  });

  it('with an opaque token renders nothing anew', async () => {
    const { auth, refresh } = await signedIn(opaqueAnswer());
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(opaqueAnswer());
    await refresh(opaqueAnswer());

    expect(seen).toHaveLength(1);
    expect(session(seen[0])).toMatchObject({ claims: undefined, subject: undefined });
  });

  it('by another tab renders nothing anew either', async () => {
    const answers = [tokenAnswer(ADA), tokenAnswer(ADA)];
    const [here, there] = openTwoTabs({ refresh: async () => tokenAnswer(ADA) });
    await there.setSession(answers[0] as object);
    await signedInEverywhere(here, there);
    const { seen } = await drawWatch(here, useWhole);
    const before = here.getState();
    await there.refresh();
    await until(() => here.getState() !== before);
    await rest();

    expect(seen).toHaveLength(1);
  });

  it('renders a component with several hooks once, when they all have news', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => [
      session(useWhole())?.claims?.name,
      useAuth((state) => session(state)?.claims),
      useAuth((state) => session(state)?.expiresAt),
    ]);
    await refresh(tokenAnswer({ ...ADA, name: 'Ada' }));
    expect(seen.map(([name]) => name)).toEqual([undefined, 'Ada']);
  });
});

describe('useAuth(): another user or none', () => {
  it.each([
    ['signing out', tokenAnswer(ADA)],
    ['signing out, with an opaque token', opaqueAnswer()],
  ])('%s renders once, and signing in again once more', async (_, answer) => {
    const { auth } = await signedIn(answer);
    const { seen } = await drawWatch(auth, useWhole);
    await auth.signOut();
    await rest();
    expect(seen.map(({ status }) => status)).toEqual(['signed-in', 'signed-out']);

    await auth.setSession(answer);
    await rest();
    expect(seen.map(({ status }) => status)).toEqual(['signed-in', 'signed-out', 'signed-in']);
  });

  it('the end of the session, by the server, renders once', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(new Response('{}', { status: 401 })).catch(() => {});
    await rest();
    expect(seen.slice(1)).toMatchObject([{ status: 'signed-out', reason: 'expired' }]);
  });

  it('another user renders once', async () => {
    const { auth } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    await auth.setSession(tokenAnswer({ ...ADA, sub: 'bob' }));
    await rest();
    expect(seen.slice(1)).toMatchObject([{ subject: 'bob', claims: { sub: 'bob' } }]);
  });

  it('a refresh that fails renders nothing anew', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(new Response('', { status: 503 })).catch(() => {});
    await rest();
    expect(seen).toHaveLength(1);
  });
});

describe('useAuth(selector)', () => {
  const rolesOf = (state: AuthState) => (session(state)?.claims as { roles?: string[] } | undefined)?.roles;

  it('renders when the selected value changes, and for nothing else', async () => {
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

  it('that builds a new object each time renders when its content changes, and keeps it otherwise', async () => {
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

  it('that builds a new array each time does so, too', async () => {
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
    ['object without a prototype', (state) => Object.assign(Object.create(null), { roles: rolesOf(state) })],
    ['function', (state) => () => rolesOf(state), (made: () => unknown) => made()],
    ['React element', (state) => <b title={String(rolesOf(state))} />, (made: ReactElement) => made.props],
  ];
  it.each(makers)(
    'that gives a new %s each time makes no loop: once for each change and each parent',
    async (...args) => {
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
    },
  );

  it.each(makers)('that gives a new %s each time makes no loop in StrictMode, nor in a transition', async (...args) => {
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
  ])('that gives %s renders nothing anew', async (_, make) => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth(() => make()));
    await refresh(tokenAnswer({ ...ADA, name: 'Ada' }));
    await refresh(tokenAnswer({ ...ADA, name: 'Bea' }));
    expect(seen).toEqual([make()]);
  });

  it('from undefined to an object, to null, to a text, and back: each time', async () => {
    const values = [undefined, {}, null, 'text', 0, [1], { 0: 2 }, undefined];
    const { auth, refresh } = await signedIn(tokenAnswer({ sub: 'ada', step: 0 }));
    const { seen } = await drawWatch(auth, () =>
      useAuth((state) => values[Number((session(state)?.claims as Record<string, unknown>)?.step)]),
    );
    for (let step = 1; step < values.length; step++) await refresh(tokenAnswer({ sub: 'ada', step }));
    expect(seen).toEqual(values);
  });

  it('of the expiry follows each refresh', async () => {
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
    ['an object with the expiry in it', (state) => ({ expiresAt: session(state)?.expiresAt })],
    ['an object with all claims in it', (state) => ({ claims: session(state)?.claims })],
  ])('of %s follows each refresh, since what it selects has changed', async (_, select) => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, () => useAuth(select));
    await refresh(tokenAnswer(ADA));
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(select(auth.getState()));
  });

  it('that closes over a prop gives the value for the prop of now, at once and after later changes', async () => {
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

  it('that becomes another one gives what the new one selects, and renders for that alone', async () => {
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

  it('from none to one and back: what is asked for', async () => {
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

    it('when it renders first reaches the error boundary', async () => {
      expectComplaints(/Nobody to select from|The above error occurred/);
      const { auth } = await signedIn(tokenAnswer(ADA));
      await auth.signOut();
      const errors: unknown[] = [];
      const tree = await draw(guarded(auth, errors), quiet);
      expect(tree.text).toBe('signed-out failed');
      expect(errors.map(String)).toEqual(['Error: Nobody to select from.']);
    });

    it('at a later change reaches the error boundary, and no other component or listener', async () => {
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

describe('all components show one state at a time', () => {
  it('also those that a transition renders while the user signs out', async () => {
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

  it('also where the sign-out itself is made in a transition, and where values are deferred', async () => {
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

  it('also while a transition waits for its data: the page that still shows goes with the session', async () => {
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
