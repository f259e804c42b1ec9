/** The client as an app makes it, and nothing around it: built as `/client.js`, for empty pages. */

import { createAuthClient } from 'silent-refresh';
import { expose } from './expose.ts';

/** `?options={"refreshTimeout":1000}` in the address of the page: options of its own. */
const options = JSON.parse(new URLSearchParams(location.search).get('options') ?? '{}');

expose(createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', ...options }), fetch);
