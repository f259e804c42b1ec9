/** docs/frameworks/angular.md, run as it stands there. */

// First: Angular's packages are compiled when they are loaded.
import '@angular/compiler';
import { createEnvironmentInjector, type EnvironmentInjector, Injector, type Signal, type Type } from '@angular/core';
import type { AuthState } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { frameworkRecipe, showsTheState } from '../given/framework.ts';
import { textOfState } from '../given/shown.ts';
import { startAuthServer } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';

interface Session {
  readonly state: Signal<AuthState>;
  readonly subject: Signal<string | undefined>;
}

async function sessionOf(auth: Parameters<typeof frameworkRecipe>[2]) {
  const page = await frameworkRecipe<{ Session: Type<Session> }>('angular', '@Injectable', auth);
  const injector = createEnvironmentInjector([page.Session], Injector.NULL as EnvironmentInjector);
  return { session: injector.get(page.Session), remove: () => injector.destroy() };
}

describe('Angular', () => {
  showsTheState(async (auth) => {
    const { session, remove } = await sessionOf(auth);
    return { text: () => textOfState(session.state()), remove };
  });

  it('subject is who is signed in', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const { session } = await sessionOf(auth);
    expect(session.subject()).toBeUndefined();
    await auth.signIn(server.login('ada'));
    expect(session.subject()).toBe('ada');
    await auth.signOut();
    expect(session.subject()).toBeUndefined();
  });
});
