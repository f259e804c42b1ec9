/** The client as an app makes it, and nothing around it: built as `/client.js`, for empty pages. */

import { createAuthClient } from 'silent-refresh';
import { expose } from './expose.ts';

/** `/bare?refreshTimeout=1000`, for who can't wait. */
const refreshTimeout = Number(new URLSearchParams(location.search).get('refreshTimeout')) || undefined;

expose(
  createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', ...(refreshTimeout && { refreshTimeout }) }),
  fetch,
);
