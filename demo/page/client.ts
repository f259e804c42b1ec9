/** The client as an app makes it, and nothing around it: built as `/client.js`, for empty pages. */

import { createAuthClient } from 'silent-refresh';
import { expose } from './expose.ts';

expose(createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout' }), fetch);
