/** Marks of refresh requests under way, in the page's storage, and tabs that leave them. */

import { type AuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';
import { adasTab } from './ada.ts';

export const TIMEOUT = 10_000;

/** Under which a mark is stored. */
export const KEY = `silent-refresh:${TOKEN_ENDPOINT}`;

const options = { name: 'noted', refreshTimeout: TIMEOUT };

export const openMarkingTab = () => openTab(options);

/** Ada's tab, with an expired token. */
export async function adasMarkingTab(server: AuthServer) {
  const auth = await adasTab(server, options);
  server.expireAccessTokens();
  return auth;
}
