/** P5: the refusal of an earlier cookie ends no session that has begun since, and refuses no sign-in. */

import { HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';
import { reasonOf } from '../../given/failures.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { openTab, openTwoTabs } from '../../world/tabs.ts';
import { gate, rest } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** The server has refused a refresh; its answer comes when the test says so. */
function refusalOnItsWay() {
  const [arrived, released] = [gate(), gate()];
  server.answerRefresh = async () => {
    arrived.open();
    await released.opened;
    return HttpResponse.json({}, { status: 401 });
  };
  const land = () => {
    server.answerRefresh = undefined;
    released.open();
  };
  return { arrived: arrived.opened, land };
}

it('a cookie’s refusal doesn’t end the session that another tab began', async () => {
  const [page, other] = openTwoTabs();
  const refusal = refusalOnItsWay();
  const signingIn = reasonOf(page.signIn());
  await pass(40);
  await refusal.arrived;
  await other.setSession(server.signIn('carol'));
  await rest();

  refusal.land();

  expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'sign-in-failed' });
  await rest();
  expect(page.getState()).toMatchObject({ subject: 'carol' });
  expect(other.getState()).toMatchObject({ subject: 'carol' });
});

it.for(['restore', 'refresh'] as const)('a sign-in with the cookie isn’t refused by an earlier %s', async (which) => {
  const page = openTab();
  if (which === 'refresh') await page.signIn(server.login('ada'));
  const refusal = refusalOnItsWay();
  void page[which]().catch(() => {});
  await pass(40);
  await refusal.arrived;
  // In a popup, or by plain fetch.
  server.signIn('bob');
  const signingIn = page.signIn();
  await rest();
  const shown: string[] = [];
  page.subscribe(() => shown.push(page.getState().status));

  refusal.land();

  expect(await passUntil(signingIn, 10)).toMatchObject({ subject: 'bob' });
  expect(shown).toEqual(['signed-in']);
});
