/** A sign-in at the provider, as a script: prints the answer to the code. Parameters: the issuer, the redirect URI. */

import { createHash, randomBytes } from 'node:crypto';

const [, , issuer = '', redirect_uri = ''] = process.argv;
const code_verifier = randomBytes(32).toString('base64url');
const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
const client_id = 'spa';
const request = { client_id, redirect_uri, response_type: 'code', scope: 'openid orders' };
const proof = { code_challenge, code_challenge_method: 'S256' };

const cookies = new Map<string, string>();
let url = `${issuer}/auth?${new URLSearchParams({ ...request, ...proof })}`;
while (url.startsWith(issuer)) {
  const headers = { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
  const response = await fetch(url, { headers, redirect: 'manual' });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    cookies.set(name, value);
  }
  const location = response.headers.get('location');
  if (!location) throw new Error(`${response.status}: no redirect`);
  url = new URL(location, url).href;
}
const code = new URL(url).searchParams.get('code') ?? '';
const exchange = { grant_type: 'authorization_code', code, client_id, redirect_uri, code_verifier };
const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(exchange) });
console.log(await answer.text());
