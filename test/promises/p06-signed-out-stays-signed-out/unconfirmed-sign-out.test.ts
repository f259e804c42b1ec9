/** P6: a sign-out that the server can’t confirm holds in every tab all the same. */

import { describe, expect, it } from 'vitest';
import { adasTwoTabs, signedIn } from '../../given/ada.ts';
import { recipe } from '../../given/recipe.ts';
import { SIGNED_OUT } from '../../given/shown.ts';
import { startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { goOnline } from '../../world/page.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

describe('a server that can’t confirm (P6)', () => {
  it.each([
    ['unreachable', () => Response.error()],
    ['answering 500', () => new Response('', { status: 500 })],
    ['answering 401', () => Response.json({}, { status: 401 })],
    ['answering with a redirect', () => Response.redirect('https://app.test/login', 302)],
  ])('every tab is signed out though the server is %s', async (_how, answer) => {
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    server.answerLogout = answer;
    const result = here.signOut();

    expect(here.getState()).toEqual(SIGNED_OUT);
    await until(() => there.getState().status === 'signed-out');
    expect(await result).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(1);
    await rest();
    for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
  });

  it('the wait for a silent server ends', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    server.answerLogout = () => new Promise(() => {});
    const result = auth.signOut();
    await until(() => server.logouts === 1);
    await pass(9_999);
    expect(await standing(result)).toBe('pending');
    await pass(1);

    expect(await result).toEqual({ serverConfirmed: false });
  });

  it('a fetch that throws at once is no rejection of signOut()', async () => {
    const server = startAuthServer();
    const auth = openTab({
      fetch() {
        throw new TypeError('no network here');
      },
    });
    await auth.signIn(server.login('ada'));

    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
  });

  it('nothing is sent without the option signOut', async () => {
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server, { signOut: undefined });

    expect(await here.signOut()).toEqual({ serverConfirmed: false });
    await until(() => there.getState().status === 'signed-out');
    expect(server.logouts).toBe(0);
  });

  it('a session that the server still knows doesn’t come back', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const [here] = await adasTwoTabs(server, { name });
    server.answerLogout = () => Response.error();
    await here.signOut();
    await pass(120_000, 10_000);

    expect(server.refreshCalls).toBe(0);
    expect(await openTab({ name }).restore()).toEqual(SIGNED_OUT);
  });
});

describe('the recipe for a sign-out offline', () => {
  /** Ada has signed out offline, as docs/how-to.md says. */
  async function adaSignsOutOffline() {
    const { server, auth } = await signedIn();
    const left: string[] = [];
    const { logOut } = recipe<{ logOut(): Promise<void> }>(
      'docs/how-to.md',
      'export async function logOut',
      { './auth': { auth } },
      { location: { assign: (to: string) => left.push(to) } },
    );
    server.answerLogout = () => Response.error();
    await logOut();
    expect([server.logouts, left]).toEqual([1, []]);
    server.answerLogout = undefined;
    return { server, auth, left };
  }

  it('it signs out once more when the network is back', async () => {
    const { server, left } = await adaSignsOutOffline();
    goOnline();
    await until(() => left.length);

    expect(server.cookie).toBeUndefined();
    goOnline();
    await rest();
    expect(server.logouts).toBe(2);
  });

  it('it leaves the user who has signed in meanwhile', async () => {
    const { server, auth } = await adaSignsOutOffline();
    await auth.signIn(server.login('bob'));
    goOnline();
    await rest();

    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(server.logouts).toBe(1);
  });

  it('it goes with the first sign-in, and signs nobody out who comes later', async () => {
    const { server, auth } = await adaSignsOutOffline();
    await auth.signIn(server.login('bob'));
    await auth.signOut();
    goOnline();
    await rest();

    expect(server.logouts).toBe(2);
  });
});
