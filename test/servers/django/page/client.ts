/** The client of the page, by its address: `?way=cookie` or `body`, `&stored`, `&options={…}`, `&slash=without`. */

import { type AuthClientOptions, bodyRefresh, cookieRefresh, createAuthClient } from 'silent-refresh';
import { createKy } from 'silent-refresh/ky';
import type { Demo } from '../../../../demo/page/expose.ts';

const asked = new URLSearchParams(location.search);
const csrf = { cookie: 'csrftoken', header: 'X-CSRFToken' };
const slash = asked.get('slash') === 'without' ? '' : '/';

const cookie: AuthClientOptions = {
  refresh: cookieRefresh({ url: `/auth/refresh${slash}`, csrf }),
  signOut: { url: '/auth/logout/', csrf },
};

const inBody = { format: 'json', body: (refresh: string) => ({ refresh }) } as const;
const body: AuthClientOptions = {
  refresh: bodyRefresh({
    url: `/api/token/refresh${slash}`,
    ...inBody,
    revoke: { url: '/api/token/blacklist/', ...inBody },
    storage: asked.has('stored') ? () => sessionStorage : undefined,
  }),
};

async function logInByCookie(username: string): Promise<Response> {
  const read = () => /csrftoken=([^;]*)/.exec(document.cookie)?.[1];
  if (!read()) await fetch('/auth/csrf/');
  return fetch('/auth/login/', {
    method: 'POST',
    headers: { 'X-CSRFToken': read() ?? '' },
    body: new URLSearchParams({ username, password: 'demo' }),
  });
}

const logInByBody = (username: string) =>
  fetch('/api/token/', { method: 'POST', body: new URLSearchParams({ username, password: 'demo' }) });

const isCookie = asked.get('way') === 'cookie';
const auth = createAuthClient({ ...(isCookie ? cookie : body), ...JSON.parse(asked.get('options') ?? '{}') });
const demo: Demo = {
  auth,
  api: createKy(auth, { prefix: '/api' }),
  signInAs: (user) => auth.signIn(() => (isCookie ? logInByCookie : logInByBody)(user)),
};
window.demo = demo;
