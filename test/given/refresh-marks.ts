/** Marks of refresh requests under way, in the page's storage, and tabs that leave them. */

import type { AuthClientOptions } from 'silent-refresh';
import { type AuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';
import { adasTab } from './ada.ts';

export const TIMEOUT = 10_000;

/** Under which a mark is stored. */
export const KEY = `silent-refresh:${TOKEN_ENDPOINT}`;

/** What stands under it. How long refreshes take is stored beside it. */
export const marksIn = (stored: Map<string, string>): [string, string][] => [...stored].filter(([key]) => key === KEY);

const options = { name: 'noted', refreshTimeout: TIMEOUT };

export const openMarkingTab = (more?: Partial<AuthClientOptions>) => openTab({ ...options, ...more });

/** Ada's tab, with an expired token. */
export async function adasMarkingTab(server: AuthServer, more?: Partial<AuthClientOptions>) {
  const auth = await adasTab(server, { ...options, ...more });
  server.expireAccessTokens();
  return auth;
}
