/** A public client without a backend: Authorization Code with PKCE (RFC 7636), and the refresh token in the page. */

import { bodyRefresh, createAuthClient } from 'silent-refresh';
import type {} from './page.ts';

const { provider, refreshAs, storage, refreshTimeout } = window.settings;
const CLIENT = 'spa';
const HERE = `${location.origin}/spa`;
/** Of the tab: another one may be signing in, too. */
const KEY = 'login';

const auth = createAuthClient({
  refresh: bodyRefresh({
    url: provider.token_endpoint,
    clientId: refreshAs,
    revoke: provider.revocation_endpoint,
    ...(storage === 'session' && { storage: () => sessionStorage }),
  }),
  refreshTimeout,
});

async function signIn(): Promise<void> {
  const login = { state: secret(), verifier: secret() };
  sessionStorage.setItem(KEY, JSON.stringify(login));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: HERE,
    scope: 'openid orders',
    state: login.state,
    code_challenge: base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(login.verifier))),
    code_challenge_method: 'S256',
  });
  location.assign(`${provider.authorization_endpoint}?${query}`);
}

/** The way back from the login. */
async function finishSignIn(): Promise<void> {
  const { code, state, iss } = Object.fromEntries(new URLSearchParams(location.search));
  if (!code) return;
  const login = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
  sessionStorage.removeItem(KEY);
  history.replaceState(null, '', HERE);
  // A stranger's code would sign the user in as the stranger. `iss`: RFC 9207.
  if (state !== login.state || iss !== provider.issuer) throw new Error('This is not the answer to our login.');
  const answer = await fetch(provider.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      code,
      redirect_uri: HERE,
      code_verifier: login.verifier,
    }),
  });
  await auth.setSession(answer);
}

const secret = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)).buffer);

const base64url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (each) => ({ '+': '-', '/': '_' })[each] ?? '');

window.app = { auth, signIn, ready: finishSignIn() };
