/** `createTestAuth()` below the provider: components can't tell it from the real client. */

import { useState } from 'react';
import { SessionChangedError } from 'silent-refresh';
import { AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { createTestAuth } from 'silent-refresh/testing';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../given/failures.ts';
import { below, notesPage } from '../given/react-guarded.tsx';
import { useWhole } from '../given/react-watched.tsx';
import { Subject, Watch } from '../world/components.tsx';
import { type Log, write } from '../world/notes.tsx';
import { click, draw } from '../world/tree.tsx';
import { rest } from '../world/waiting.ts';

const page = (
  <SignedIn fallback="login" restoring="splash">
    <Subject />
  </SignedIn>
);

function Form() {
  const { client } = useAuth();
  const [error, setError] = useState('');
  const signIn = () => client.signIn(async () => Response.json({}, { status: 401 })).catch((e) => setError(e.code));
  return (
    <button type="button" onClick={signIn}>
      {error || 'Sign in'}
    </button>
  );
}

function SignOut() {
  const { signOut } = useAuth();
  return (
    <button type="button" onClick={() => void signOut()}>
      Sign out
    </button>
  );
}

describe('createTestAuth() with React', () => {
  it('SignedIn and useAuth follow what the test says', async () => {
    const auth = createTestAuth({ state: 'restoring' });
    const tree = await draw(below(auth, page));
    const shown = [tree.text];
    for (const change of [
      () => auth.failRefresh(),
      () => auth.endSession('no-session'),
      () => auth.signInAs('ada'),
      () => auth.signInAs('bob'),
      () => auth.endSession('expired'),
      () => auth.signInAs('ada'),
      () => auth.signOut(),
    ]) {
      change();
      await rest();
      shown.push(tree.text.trim());
    }
    expect(shown).toEqual(['splash', 'splash', 'login', 'ada', 'bob', 'login', 'ada', 'login']);
  });

  it('another user’s components are mounted again, a refresh keeps them', async () => {
    const auth = createTestAuth({ user: 'ada' });
    const log: Log = [];
    const tree = await draw(below(auth, notesPage(log)));
    await write(tree);
    await auth.refresh();
    await rest();
    expect(log).toEqual(['ada: ""', 'comes', 'ada: "a secret of ada"']);
    auth.signInAs('bob');
    await rest();
    expect(log.slice(3)).toEqual(['bob: ""', 'goes', 'comes']);
  });

  it('the fetch of useAuth() is that of the user whom the render has shown', async () => {
    const urls: string[] = [];
    const auth = createTestAuth({
      user: 'ada',
      fetch(request) {
        urls.push(request.url);
        return Response.json([]);
      },
    });
    const seen: ReturnType<typeof useWhole>[] = [];
    await draw(below(auth, <Watch use={useWhole} seen={seen} />));
    const [adas] = seen;
    auth.signInAs('bob');
    await rest();

    expect(await failureOf(Promise.resolve(adas?.fetch('/api/draft')))).toBeInstanceOf(SessionChangedError);
    expect((await seen.at(-1)?.fetch('/api/me'))?.ok).toBe(true);
    expect(urls).toEqual(['https://app.test/api/me']);
  });

  it('a login form and a button to sign out work', async () => {
    const auth = createTestAuth();
    const tree = await draw(
      <AuthProvider client={auth}>
        <SignedIn fallback={<Form />}>
          <SignOut />
        </SignedIn>
      </AuthProvider>,
    );
    click(tree, 'Sign in');
    await rest();
    expect(tree.text).toBe('sign-in-failed');
    auth.signInAs('ada');
    await rest();
    click(tree, 'Sign out');
    await rest();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
  });
});
