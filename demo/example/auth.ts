/** The app's client: all that it takes for its users to stay signed in. */

import { createAuthClient } from 'silent-refresh';

export const auth = createAuthClient({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  // Set by this server beside the refresh token: without it nobody is signed in, and nothing is asked.
  hintCookie: `has_session_${location.port}`,
});
