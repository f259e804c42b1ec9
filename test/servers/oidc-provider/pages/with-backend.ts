/** A page with a token-mediating backend at `/auth`: it never sees a refresh token. */

import { createAuthClient } from 'silent-refresh';
import type {} from './page.ts';

const auth = createAuthClient({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  refreshTimeout: window.settings.refreshTimeout,
});

/** The backend sends the user back here, with its cookie. */
async function finishSignIn(): Promise<void> {
  if (location.search !== '?signed-in') return;
  history.replaceState(null, '', '/with-backend');
  await auth.signIn();
}

window.app = { auth, signIn: () => location.assign('/auth/login'), ready: finishSignIn() };
