/** P6: a sign-out that the server can’t confirm holds in every tab all the same. */

import { describe, expect, it } from 'vitest';
import { adasTwoTabs, signedIn } from '../../given/ada.ts';
import { SIGNED_OUT } from '../../given/shown.ts';
import { startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
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
