/** P7: a subject is unique for its issuer alone, so the same one of another issuer is another user. */

import { expect, it } from 'vitest';
import { reasonOf } from '../../given/failures.ts';
import { API, jwt, startAuthServer } from '../../world/auth-server.ts';
import { openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { rest } from '../../world/waiting.ts';

let serial = 0;
const answer = (iss: string | undefined) => async () => ({
  access_token: jwt({ iss, sub: '1', jti: ++serial }),
  expires_in: 60,
});

it('a request isn’t sent again with the token of another tenant', async () => {
  const server = startAuthServer();
  const [one, two] = openTwoTabs();
  await one.signIn(answer('https://idp.test/acme'));
  await signedInEverywhere(one, two);
  const events = record(two);
  const api = server.holdApi();
  const request = reasonOf(two.fetch(`${API}/users/7`, { method: 'DELETE' }));
  await api.arrived;

  await one.signIn(answer('https://idp.test/globex'));
  await rest();
  api.release();

  expect(await request).toMatchObject({ code: 'session-changed' });
  expect(events.map(({ name }) => name)).toEqual(['user-changed']);
  expect(server.apiRequests).toHaveLength(1);
});

it.for([
  ['the same issuer', 'https://idp.test/acme'],
  ['no issuer', undefined],
] as const)('the same subject of %s is the same user', async ([, issuer]) => {
  startAuthServer();
  const [one, two] = openTwoTabs();
  await one.signIn(answer('https://idp.test/acme'));
  await signedInEverywhere(one, two);
  const events = record(two);

  await one.signIn(answer(issuer));
  await rest();

  expect(events.map(({ name }) => name)).toEqual(['refreshed']);
});
