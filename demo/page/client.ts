/** The client as an app makes it, and nothing around it: built as `/client.js`, for empty pages. */

import { createAuthClient } from 'silent-refresh';
import { expose } from './expose.ts';

const parameters = new URLSearchParams(location.search);

/** `/bare?without=locks`: as in a browser, or on a page, that lacks it. */
const MISSING: Readonly<Record<string, () => void>> = {
  locks: () => Object.defineProperty(navigator, 'locks', { value: undefined }),
  BroadcastChannel: () => Reflect.deleteProperty(globalThis, 'BroadcastChannel'),
};
for (const name of parameters.getAll('without')) MISSING[name]?.();

/** `/bare?refreshTimeout=1000`, for who can't wait. */
const refreshTimeout = Number(parameters.get('refreshTimeout')) || undefined;

expose(
  createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', ...(refreshTimeout && { refreshTimeout }) }),
  fetch,
);
