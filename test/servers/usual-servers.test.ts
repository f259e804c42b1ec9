/** Servers of the usual kinds, with tabs in this process: what they need of the client, and it of them. */

import type { AuthClient } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disposeClients, openTabs, signedInEverywhere } from '../world/tabs.ts';
import { until } from '../world/waiting.ts';
import { startBetterAuth } from './better-auth.ts';
import { createCookieJar } from './cookie-jar.ts';
import { startExpress } from './express.ts';
import { startFastify } from './fastify.ts';
import { startHono } from './hono.ts';
import { startNodeOAuth2Server } from './node-oauth2-server.ts';
import type { UsualServer } from './usual-server.ts';

type Kind = 'rotates' | 'doesn’t rotate';

const servers: [string, Kind, () => Promise<UsualServer>][] = [
  ['Hono with docs/server/example.ts', 'rotates', startHono],
  ['Express', 'rotates', startExpress],
  ['Fastify', 'rotates', startFastify],
  ['@node-oauth/oauth2-server', 'rotates', startNodeOAuth2Server],
  ['better-auth', 'doesn’t rotate', startBetterAuth],
];

describe.each(servers)('%s, which %s', (_, kind, start) => {
  let server: UsualServer;

  beforeEach(async () => {
    server = await start();
  });
  afterEach(async () => {
    disposeClients();
    await server.close();
  });

  /** Tabs of one browser that all know that Ada is signed in. */
  async function adasTabs(count: number): Promise<[AuthClient, ...AuthClient[]]> {
    const { fetch } = createCookieJar();
    const tabs = openTabs(count, { ...server.options, allowedOrigins: [server.url], fetch });
    const [first, ...others] = tabs as [AuthClient, ...AuthClient[]];
    await server.signIn(first, fetch);
    await signedInEverywhere(...tabs);
    return [first, ...others];
  }

  const send = async (tab: AuthClient, count: number): Promise<(number | string)[]> =>
    Promise.all(
      Array.from({ length: count }, () =>
        tab.fetch(`${server.url}/api/me`).then(
          (response) => response.text().then(() => response.status),
          (error) => error.code ?? String(error),
        ),
      ),
    );

  it('one expiry costs one refresh in three tabs', async () => {
    const tabs = await adasTabs(3);
    const before = server.refreshCalls();
    for (const expiries of [1, 2, 3]) {
      server.expire();
      const answers = await Promise.all(tabs.map((tab) => send(tab, 20)));
      expect(answers.flat()).toEqual(Array(60).fill(200));
      expect(server.refreshCalls() - before).toBe(expiries);
    }
    expect(server.sessions()).toBe(1);
  });

  it('a sign-out is seen in all tabs, and ends the session at the server', async () => {
    const tabs = await adasTabs(3);
    server.expire();
    expect(await send(tabs[0], 1)).toEqual([200]);
    expect(await tabs[0].signOut()).toEqual({ serverConfirmed: true });
    await until(() => tabs.every((tab) => tab.getState().status === 'signed-out'), 'all are signed out');
    expect(server.sessions()).toBe(0);
    expect(await send(tabs[2] as AuthClient, 1)).toEqual([401]);
  });

  it('a session that the server has ended ends in all tabs', async () => {
    const tabs = await adasTabs(3);
    await server.endSessions();
    server.expire();
    expect(await send(tabs[0], 20)).toEqual(Array(20).fill('session-expired'));
    const expired = ({ getState }: AuthClient) => (getState() as { reason?: string }).reason === 'expired';
    await until(() => tabs.every(expired), 'all have heard of it');
  });

  it.each(kind === 'rotates' ? ['thief'] : [])('a %s’s use of a spent token ends the session', async () => {
    const tabs = await adasTabs(3);
    server.expire();
    expect(await send(tabs[0], 1)).toEqual([200]);
    expect([400, 401]).toContain(await server.reuseSpentToken?.());
    expect(server.sessions()).toBe(0);
    server.expire();
    expect(await send(tabs[1] as AuthClient, 3)).toEqual(Array(3).fill('session-expired'));
  });
});
