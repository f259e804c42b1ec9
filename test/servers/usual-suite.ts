/** What a server of the usual kind needs of the client, and it of it: with tabs in this process. */

import type { AuthClient } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disposeClients, openTabs, signedInEverywhere } from '../world/tabs.ts';
import { until } from '../world/waiting.ts';
import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { type Framework, findRuntime, missing } from './frameworks.ts';
import type { UsualServer } from './usual-server.ts';

/** What becomes of a refresh token that was used: another one ends the session if it comes back, or is only refused. */
export type Kind = 'rotates' | 'rotates, and detects no reuse' | 'doesn’t rotate';

export type AdasTabs = [AuthClient, ...AuthClient[]];

/** Tabs of one browser that all know that Ada is signed in. */
export async function adasTabs(
  server: UsualServer,
  count: number,
  { fetch }: CookieJar = createCookieJar(),
): Promise<AdasTabs> {
  const tabs = openTabs(count, { ...server.options, allowedOrigins: [server.url], fetch });
  const [first, ...others] = tabs as AdasTabs;
  await server.signIn(first, fetch);
  await signedInEverywhere(...tabs);
  return [first, ...others];
}

/** A status for each answer, and a code for each error. */
export const send = async (server: UsualServer, tab: AuthClient, count: number): Promise<(number | string)[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      tab.fetch(`${server.url}/api/me`).then(
        (response) => response.text().then(() => response.status),
        (error) => error.code ?? String(error),
      ),
    ),
  );

export function testUsualServer(name: string, kind: Kind, start: () => Promise<UsualServer>): void {
  describe(`${name}, which ${kind}`, () => {
    let server: UsualServer;

    beforeEach(async () => {
      server = await start();
    });
    afterEach(async () => {
      disposeClients();
      await server.close();
    });

    it('one expiry costs one refresh in three tabs', async () => {
      const tabs = await adasTabs(server, 3);
      const before = await server.refreshCalls();
      for (const expiries of [1, 2, 3]) {
        await server.expire();
        const answers = await Promise.all(tabs.map((tab) => send(server, tab, 20)));
        expect(answers.flat()).toEqual(Array(60).fill(200));
        expect((await server.refreshCalls()) - before).toBe(expiries);
      }
      expect(await server.sessions()).toBe(1);
    });

    it('a sign-out is seen in all tabs, and ends the session at the server', async () => {
      const tabs = await adasTabs(server, 3);
      await server.expire();
      expect(await send(server, tabs[0], 1)).toEqual([200]);
      expect(await tabs[0].signOut()).toEqual({ serverConfirmed: true });
      await until(() => tabs.every((tab) => tab.getState().status === 'signed-out'), 'all are signed out');
      expect(await server.sessions()).toBe(0);
      expect(await send(server, tabs[2] as AuthClient, 1)).toEqual([401]);
    });

    it('a session that the server has ended ends in all tabs', async () => {
      const tabs = await adasTabs(server, 3);
      await server.endSessions();
      await server.expire();
      expect(await send(server, tabs[0], 20)).toEqual(Array(20).fill('session-expired'));
      const expired = ({ getState }: AuthClient) => (getState() as { reason?: string }).reason === 'expired';
      await until(() => tabs.every(expired), 'all have heard of it');
    });

    if (kind === 'rotates')
      it('a thief’s use of a spent token ends the session', async () => {
        const tabs = await adasTabs(server, 3);
        await server.expire();
        expect(await send(server, tabs[0], 1)).toEqual([200]);
        expect([400, 401]).toContain(await server.reuseSpentToken?.());
        expect(await server.sessions()).toBe(0);
        await server.expire();
        expect(await send(server, tabs[1] as AuthClient, 3)).toEqual(Array(3).fill('session-expired'));
      });

    if (kind === 'rotates, and detects no reuse')
      it('a spent token is refused, and the session goes on', async () => {
        const tabs = await adasTabs(server, 3);
        await server.expire();
        expect(await send(server, tabs[0], 1)).toEqual([200]);
        expect([400, 401]).toContain(await server.reuseSpentToken?.());
        expect(await server.sessions()).toBe(1);
        await server.expire();
        expect(await send(server, tabs[1] as AuthClient, 3)).toEqual(Array(3).fill(200));
      });
  });
}

/** One whose packages are missing is named, and counts nothing. */
export function testIfInstalled(
  framework: Framework,
  kind: Kind,
  start: () => Promise<UsualServer>,
  ownTests: () => void,
): void {
  const runtime = findRuntime(framework);
  if (!runtime) {
    console.log(`NOT TESTED: ${framework}. ${missing(framework)}`);
    // A file without any test would fail. This one counts as none.
    it.todo(framework);
    return;
  }
  console.log(runtime.versions);
  testUsualServer(framework, kind, start);
  describe(`${framework}: what it says`, ownTests);
}
