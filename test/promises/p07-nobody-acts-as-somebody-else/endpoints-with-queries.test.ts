/** P7, P8: two apps of one origin whose token endpoints differ in the query alone share no session. */

import { bodyRefresh } from 'silent-refresh';
import { expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { startAuthServer } from '../../world/auth-server.ts';
import { openTab, signedInEverywhere } from '../../world/tabs.ts';

it('tenants that are told apart by a query have sessions of their own', async () => {
  const server = startAuthServer();
  const ofOne = openTab({ name: 'shop', refresh: '/auth/refresh?tenant=1' });
  const alsoOfOne = openTab({ name: 'shop', refresh: '/auth/refresh?tenant=1' });
  const ofTwo = openTab({ name: 'shop', refresh: '/auth/refresh?tenant=2' });

  await ofOne.setSession({ access_token: 'of-tenant-1', expires_in: 600 });
  await signedInEverywhere(ofOne, alsoOfOne);

  expect(await alsoOfOne.getAccessToken()).toBe('of-tenant-1');
  expect(await failureOf(ofTwo.getAccessToken())).toMatchObject({ code: 'signed-out' });
  expect(server.apiRequests).toEqual([]);
});

it('projects that are told apart by a key hand each other no refresh token', async () => {
  const refreshIn = (project: number) => bodyRefresh({ url: `https://auth.test/token?key=${project}` });
  const inOne = openTab({ name: 'shop', refresh: refreshIn(1), signOut: undefined });
  const inTwo = openTab({ name: 'shop', refresh: refreshIn(2), signOut: undefined });

  await inOne.setSession({ access_token: 'of-project-1', refresh_token: 'r1', expires_in: 600 });

  expect(await inTwo.restore()).toMatchObject({ status: 'signed-out' });
});
