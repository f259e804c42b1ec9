/** The contract of a refresh strategy: one that holds its refresh token itself needs nothing but its own file. */

import { createAuthClient, type RefreshStrategy } from 'silent-refresh';
import { expect, it } from 'vitest';
import { signedInEverywhere } from '../world/tabs.ts';
import { tracesOf } from '../world/traces.ts';
import { until } from '../world/waiting.ts';

let names = 0;

/** A server that rotates a refresh token in the body, and the strategy for it. */
function serverWithTokensInTheBody() {
  let serial = 1;
  const grant = () => ({ access_token: `access-${serial}`, refresh_token: `refresh-${serial}`, expires_in: 3_600 });
  const presented: (string | undefined)[] = [];
  const revoked: string[] = [];
  const strategy: RefreshStrategy = {
    url: 'https://app.test/token',
    async request({ refreshToken }) {
      presented.push(refreshToken);
      if (refreshToken !== `refresh-${serial}`) return Response.json({ error: 'invalid_grant' }, { status: 400 });
      serial++;
      return grant();
    },
    async revoke({ refreshToken }) {
      revoked.push(refreshToken);
      return new Response(null, { status: 200 });
    },
    readTokens: (body) => {
      const { access_token, refresh_token, expires_in } = body as ReturnType<typeof grant>;
      return { accessToken: access_token, refreshToken: refresh_token, expiresIn: expires_in };
    },
  };
  return { strategy, grant, presented, revoked };
}

function twoTabs() {
  const server = serverWithTokensInTheBody();
  const options = { refresh: server.strategy, name: `strategy-${++names}` };
  return { server, a: createAuthClient(options), b: createAuthClient(options) };
}

it('Each refresh presents the newest refresh token', async () => {
  const { server, a, b } = twoTabs();
  await a.setSession(server.grant());

  await a.refresh();
  await a.refresh();

  expect(server.presented).toEqual(['refresh-1', 'refresh-2']);
  a.dispose();
  b.dispose();
});

it('Another tab goes on with the refresh token that this one got', async () => {
  const { server, a, b } = twoTabs();
  await a.setSession(server.grant());
  await signedInEverywhere(a, b);
  let isHandedOver = false;
  b.on('refreshed', () => {
    isHandedOver = true;
  });
  await a.refresh();
  await until(() => isHandedOver);

  await b.refresh();

  expect(server.presented).toEqual(['refresh-1', 'refresh-2']);
  a.dispose();
  b.dispose();
});

it('An answer without a refresh token leaves the old one good', async () => {
  const { server, a, b } = twoTabs();
  await a.setSession(server.grant());
  const { request } = server.strategy;
  server.strategy.request = async (context) => {
    server.strategy.request = request;
    server.presented.push(context.refreshToken);
    return { access_token: 'another', expires_in: 3_600 };
  };
  await a.refresh();

  await a.refresh();

  expect(server.presented).toEqual(['refresh-1', 'refresh-1']);
  a.dispose();
  b.dispose();
});

it('A sign-out revokes the refresh token, and forgets it', async () => {
  const { server, a, b } = twoTabs();
  await a.setSession(server.grant());
  await a.refresh();

  expect(await a.signOut()).toEqual({ serverConfirmed: true });

  expect(server.revoked).toEqual(['refresh-2']);
  await a.signIn().catch(() => {});
  expect(server.presented).toEqual(['refresh-1', undefined]);
  a.dispose();
  b.dispose();
});

it('The refresh token shows nowhere (P9)', async () => {
  const { server, a, b } = twoTabs();
  const details: unknown[] = [];
  for (const event of ['signed-in', 'refreshed', 'signed-out'] as const) a.on(event, (detail) => details.push(detail));
  await a.setSession(server.grant());
  await a.refresh();

  const { held } = await navigator.locks.query();
  // The mark of the handover is among them.
  expect(held?.map(({ name }) => name).join()).toContain('generation');
  expect(tracesOf(/refresh-\d/, { state: a.getState(), client: a, details, held })).toEqual([]);
  a.dispose();
  b.dispose();
});
