/** The `fetch` of useAuth() is that of the user whom its render has shown (P7). */

import { useEffect } from 'react';
import { renderToString } from 'react-dom/server';
import { SessionChangedError, SignedOutError } from 'silent-refresh';
import { type Auth, SignedIn, useAuth } from 'silent-refresh/react';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../given/failures.ts';
import { below } from '../given/react-guarded.tsx';
import { useWhole } from '../given/react-watched.tsx';
import { API, startAuthServer } from '../world/auth-server.ts';
import { Watch } from '../world/components.tsx';
import { openTab, openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { opaqueAnswer } from '../world/tokens.ts';
import { draw, hydrate } from '../world/tree.tsx';
import { rest, until } from '../world/waiting.ts';

/** Saves when it is unmounted, as drafts are. */
function Draft({ failures }: { readonly failures: unknown[] }) {
  const { fetch } = useAuth();
  useEffect(
    () => () => {
      fetch(`${API}/draft`, { method: 'PUT', body: 'Ada’s draft' }).catch((error) => failures.push(error));
    },
    [fetch, failures],
  );
  return 'draft';
}

/** What a component is given, render after render. */
async function watched(auth: ReturnType<typeof openTab>) {
  const seen: Auth[] = [];
  await draw(below(auth, <Watch use={useWhole} seen={seen} />));
  return seen;
}

describe('a request of a component belongs to the user that it has shown', () => {
  it('what Ada’s component saves when Bob has signed in isn’t sent as Bob', async () => {
    const server = startAuthServer();
    const [auth, other] = openTwoTabs();
    await auth.signIn(server.login('ada'));
    await signedInEverywhere(auth, other);
    const failures: unknown[] = [];
    await draw(
      below(
        auth,
        <SignedIn fallback="login">
          <Draft failures={failures} />
        </SignedIn>,
      ),
    );
    await other.signIn(server.login('bob'));
    await until(() => failures.length);

    expect(failures).toEqual([expect.any(SessionChangedError)]);
    expect(server.apiRequests).toEqual([]);
  });

  it('what Ada’s component saves when she has signed out isn’t sent', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const failures: unknown[] = [];
    await draw(
      below(
        auth,
        <SignedIn fallback="login">
          <Draft failures={failures} />
        </SignedIn>,
      ),
    );
    await auth.signOut();
    await until(() => failures.length);

    expect(failures).toEqual([expect.any(SignedOutError)]);
    expect(server.apiRequests).toEqual([]);
  });

  it('a user who can’t be told apart by the state gets another `fetch`', async () => {
    const auth = openTab({ fetch: async () => new Response() });
    await auth.setSession(opaqueAnswer());
    const seen = await watched(auth);
    await auth.setSession(opaqueAnswer());
    await rest();

    expect(seen).toHaveLength(2);
    expect(await reasonOf((seen[0] as Auth).fetch(`${API}/draft`))).toBeInstanceOf(SessionChangedError);
    expect((await (seen[1] as Auth).fetch(`${API}/draft`)).status).toBe(200);
  });
});

describe('a render that shows nobody', () => {
  it('a request of the restoring page is sent as the user whom the restore finds, by the same `fetch`', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const held = server.holdRefresh();
    const auth = openTab();
    const seen = await watched(auth);
    expect(seen.map(({ status }) => status)).toEqual(['restoring']);
    held.release();
    await until(() => auth.getState().status === 'signed-in');
    await rest();

    expect((await (seen[0] as Auth).fetch(`${API}/orders`)).status).toBe(200);
    expect(server.apiRequests).toMatchObject([{ user: 'ada' }]);
    expect(seen.map(({ fetch }) => fetch === seen[0]?.fetch)).toEqual([true, true]);
  });

  it('a login form goes on as the user whom it has signed in', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.restore();
    const [form] = await watched(auth);
    await auth.signIn(server.login('ada'));

    expect((await (form as Auth).fetch(`${API}/orders`)).status).toBe(200);
    expect(server.apiRequests).toMatchObject([{ user: 'ada' }]);
  });
});

describe('the same user', () => {
  it('a refresh leaves the `fetch`, in all components', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const before = await watched(auth);
    await auth.refresh();
    const after = await watched(auth);

    expect(after[0]?.fetch).toBe(before[0]?.fetch);
    expect((await (before[0] as Auth).fetch(`${API}/orders`)).status).toBe(200);
  });
});

it('the first fetch of a component that was rendered on a server is the first user’s, too', async () => {
  const server = startAuthServer();
  server.signIn('ada');
  const auth = openTab();
  const seen: Auth[] = [];
  const page = below(auth, <Watch use={useWhole} seen={seen} />);
  await hydrate(renderToString(page), page);
  const { fetch } = seen.find(({ status }) => status === 'restoring') as Auth;
  await until(() => auth.getState().status === 'signed-in');
  await auth.signIn(server.login('bob'));

  expect(await reasonOf(fetch(`${API}/draft`, { method: 'PUT', body: 'Ada’s draft' }))).toBeInstanceOf(
    SessionChangedError,
  );
  expect(server.apiRequests).toEqual([]);
});
