/** useAuth() renders a component again when what it gives has changed, and not for each new token. */

import { useAuth } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { ADA, drawWatch, session, signedIn, useWhole } from '../given/react-watched.tsx';
import { openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { opaqueAnswer, tokenAnswer } from '../world/tokens.ts';
import { rest, until } from '../world/waiting.ts';

describe('useAuth(): a refresh', () => {
  it('a refresh that brings the same claims renders nothing anew', async () => {
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
  ])('a refresh with %s renders nothing anew', async (_, change) => {
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
    ['an exp in a claim named claims', { claims: { exp: 2 } }],
    ['an object where a list was', { roles: { 0: 'reader', 1: 'editor' } }],
  ])('a refresh with %s renders once', async (_, change) => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(tokenAnswer({ ...ADA, ...change }));
    await refresh(tokenAnswer({ ...ADA, ...change }));

    expect(seen).toHaveLength(2);
    const { iat, nbf, exp, jti, ...claims } = session(seen[1])?.claims ?? {};
    expect(claims).toEqual(JSON.parse(JSON.stringify({ ...ADA, ...change })));
  });

  it('claims that change to and fro render each time', async () => {
    const { auth, refresh } = await signedIn(tokenAnswer(ADA));
    const { seen } = await drawWatch(auth, useWhole);
    for (const role of ['admin', 'reader', 'admin']) {
      await refresh(tokenAnswer({ ...ADA, roles: [role] }));
      await refresh(tokenAnswer({ ...ADA, roles: [role] }));
    }
    expect(seen.map((auth) => session(auth)?.claims?.roles)).toEqual([ADA.roles, ['admin'], ['reader'], ['admin']]);
  });

  it('a refresh with an opaque token renders nothing anew', async () => {
    const { auth, refresh } = await signedIn(opaqueAnswer());
    const { seen } = await drawWatch(auth, useWhole);
    await refresh(opaqueAnswer());
    await refresh(opaqueAnswer());

    expect(seen).toHaveLength(1);
    expect(session(seen[0])).toMatchObject({ claims: undefined, subject: undefined });
  });

  it('a refresh by another tab renders nothing anew', async () => {
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

  it('a refresh renders a component with several hooks once', async () => {
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
    ['signing out with an opaque token', opaqueAnswer()],
  ])('%s renders once, signing in once more', async (_, answer) => {
    const { auth } = await signedIn(answer);
    const { seen } = await drawWatch(auth, useWhole);
    await auth.signOut();
    await rest();
    expect(seen.map(({ status }) => status)).toEqual(['signed-in', 'signed-out']);

    await auth.setSession(answer);
    await rest();
    expect(seen.map(({ status }) => status)).toEqual(['signed-in', 'signed-out', 'signed-in']);
  });

  it('the end of the session by the server renders once', async () => {
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
