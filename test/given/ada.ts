/** Ada, who is signed in: in one tab, in two, in many. */

import type { AuthClient, AuthClientOptions } from 'silent-refresh';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { openTab, openTabs, openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { outliveToken } from './expired-token.ts';

/** A tab in which Ada is signed in. */
export async function adasTab(server: AuthServer, options?: Partial<AuthClientOptions>): Promise<AuthClient> {
  const auth = openTab(options);
  await auth.signIn(server.login('ada'));
  return auth;
}

/** Two tabs of one browser; each knows that Ada is signed in. */
export async function adasTwoTabs(
  server: AuthServer,
  options?: Partial<AuthClientOptions>,
): Promise<readonly [AuthClient, AuthClient]> {
  const tabs = openTwoTabs(options);
  await tabs[0].signIn(server.login('ada'));
  await signedInEverywhere(...tabs);
  return tabs;
}

/** Tabs of one browser; each knows that Ada is signed in. */
export async function adasTabs(
  server: AuthServer,
  count: number,
  options?: Partial<AuthClientOptions>,
): Promise<AuthClient[]> {
  const tabs = openTabs(count, options);
  await tabs[0]?.signIn(server.login('ada'));
  await signedInEverywhere(...tabs);
  return tabs;
}

export interface Given extends Partial<AuthClientOptions> {
  /** Time passes only when the test says so. */
  readonly clocks?: 'stopped';
  /** The tab refreshes only when somebody asks. */
  readonly tab?: 'hidden';
  /** Of her token, in seconds. */
  readonly lifetime?: number;
}

/** Ada's tab, and a server for this test alone. */
export async function signedIn({ clocks, tab, lifetime, ...options }: Given = {}) {
  if (clocks) stopClocks();
  if (tab) show(tab);
  const server = startAuthServer();
  if (lifetime) server.lifetime = lifetime;
  return { server, auth: await adasTab(server, options) };
}

/** Ada is signed in, and the API refuses her token, though nobody knows it yet. */
export async function expired(given?: Given) {
  const { server, auth } = await signedIn(given);
  server.expireAccessTokens();
  return { server, auth };
}

/** Ada's token has expired, and its refresh, once somebody asks, waits at the server until it is released. */
export async function inMidRefresh() {
  const { server, auth } = await signedIn({ clocks: 'stopped', tab: 'hidden' });
  outliveToken();
  return { server, auth, held: server.holdRefresh() };
}
