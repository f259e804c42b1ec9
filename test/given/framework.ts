/** What any framework must show by the recipe of its page. */

import type { AuthClient } from 'silent-refresh';
import { expect, it } from 'vitest';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { counted } from '../world/counting.ts';
import { openTab } from '../world/tabs.ts';
import { rest, until } from '../world/waiting.ts';
import { recipeOf } from './recipe.ts';

export interface Shown {
  /** Who is signed in by what the framework shows, or else the status. */
  text(): string | undefined;
  /** The component, or the app, is gone. */
  remove(): void;
}

/** Runs the snippet of `docs/frameworks/` that holds this text, with the client of a test as `./auth`. */
export const frameworkRecipe = <Exports>(page: string, text: string, auth: AuthClient): Promise<Exports> =>
  recipeOf<Exports>(`docs/frameworks/${page}.md`, text, { './auth': { auth } });

/** @param listensFor whether it listens as long as it shows something, or as long as the page is there */
export function showsTheState(
  show: (auth: AuthClient) => Promise<Shown>,
  listensFor: 'what shows' | 'the page' = 'what shows',
): void {
  async function start(): Promise<{ server: AuthServer; auth: AuthClient; shown: Shown; listeners: () => number }> {
    const server = startAuthServer();
    const auth = openTab();
    const { client, counts } = counted(auth);
    const shown = await show(client);
    return { server, auth, shown, listeners: () => counts.listeners };
  }

  it('it shows restoring, who is signed in, another user, and nobody', async () => {
    const { server, auth, shown } = await start();
    const shows = (text: string) => until(() => shown.text() === text, `it shows ${text}: ${shown.text()}`);
    await shows('restoring');
    await auth.signIn(server.login('ada'));
    await shows('ada');
    await auth.signIn(server.login('bob'));
    await shows('bob');
    server.revoke('bob');
    await auth.refresh().catch(() => {});
    await shows('signed-out');
  });

  it('what has changed before it shows is not missed', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const shown = await show(auth);
    await until(() => shown.text() === 'ada', 'it shows ada');
  });

  it('it listens once, and no longer than it should', async () => {
    const { server, auth, shown, listeners } = await start();
    await until(() => listeners() === 1, 'it listens');
    await auth.signIn(server.login('ada'));
    await until(() => shown.text() === 'ada', 'it shows ada');
    expect(listeners()).toBe(1);
    shown.remove();
    await rest();
    await until(() => listeners() === (listensFor === 'what shows' ? 0 : 1), 'nobody listens');
  });
}
