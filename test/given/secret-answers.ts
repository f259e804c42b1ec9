/** Answers of an auth server that hold a secret wherever they can hold anything; nobody may quote it. */

import type { AuthClient } from 'silent-refresh';
import { jwt } from '../world/auth-server.ts';
import { othersStaySilent } from './new-tab.ts';

/** Any three letters of it give it away. */
export const SECRET = 'zqx'.repeat(12);
export const LEAK = /zqx|qxz|xzq/;

export const json = (body: unknown, init?: ResponseInit) => Response.json(body, init);
export const html = (status: number, type = 'text/html; charset=utf-8') =>
  new Response(`<!doctype html><title>${SECRET}</title>`, { status, headers: { 'Content-Type': type } });
export const text = (body: string, type = 'application/json') =>
  new Response(body, { headers: { 'Content-Type': type } });

/** Seconds, as in a JWT. */
export const NOW = 1_900_000_000;
export const bearer = (claims: object) => jwt({ sub: 'ada', ...claims });
export const oneHour = bearer({ iat: NOW, exp: NOW + 3_600 });

export async function restore(auth: AuthClient) {
  const restored = auth.restore();
  await othersStaySilent();
  return restored;
}

/** 2xx answers without a usable token; each holds the secret where it can hold anything. */
export const tokenless: [string, () => Response, RegExp][] = [
  ['an empty body', () => text(''), /not JSON/],
  ['204', () => new Response(null, { status: 204 }), /not JSON/],
  ['an HTML page with 200', () => html(200), /200, text\/html/],
  ['an HTML page that calls itself JSON', () => html(200, 'application/json'), /200, application\/json/],
  ['JSON cut off', () => text(`{"access_token":"${SECRET}`), /not JSON/],
  ['JSON with a slip at the token', () => text(`{"access_token":${SECRET}}`), /not JSON/],
  ['plain text', () => text(SECRET, 'text/plain'), /not JSON/],
  ['JSON of another shape', () => json({ data: { token: SECRET } }), /no access token.*readTokens/],
  ['an array', () => json([SECRET]), /no access token/],
  ['a string', () => json(SECRET), /no access token/],
  ['a number', () => json(42), /no access token/],
  ['a token that is a number', () => json({ access_token: 42 }), /no access token/],
  ['a token that is an object', () => json({ access_token: { value: SECRET } }), /no access token/],
  ['a token that is null', () => json({ access_token: null }), /no access token/],
  ['an empty token', () => json({ access_token: '' }), /no access token/],
  ['a token with a line break', () => json({ access_token: `${SECRET}\r\nX-Evil: 1` }), /no access token/],
  ['a token with a space', () => json({ access_token: `${SECRET} ${SECRET}` }), /no access token/],
  ['a token beyond ASCII', () => json({ access_token: `${SECRET}é` }), /no access token/],
  ['expires_in: 0', () => json({ access_token: SECRET, expires_in: 0 }), /already expired/],
  ['expires_in: -1', () => json({ access_token: SECRET, expires_in: -1 }), /already expired/],
  ['expires_in: "0"', () => json({ access_token: SECRET, expires_in: '0' }), /already expired/],
  ['expires_in: 0.001', () => json({ access_token: SECRET, expires_in: 0.001 }), /already expired/],
  ['expires_in in words', () => json({ access_token: SECRET, expires_in: `one ${SECRET}` }), /expires_in.*no number/],
  ['expires_in an object', () => json({ access_token: SECRET, expires_in: { s: SECRET } }), /expires_in.*no number/],
  ['a JWT whose exp is its iat', () => json({ access: jwt({ iat: NOW, exp: NOW, s: SECRET }) }), /already expired/],
  ['a JWT whose exp is before its iat', () => json({ access: jwt({ iat: NOW, exp: NOW - 60 }) }), /already expired/],
  [
    'a JWT whose exp is before the server’s Date',
    () => json({ access: oneHour }, { headers: { Date: new Date((NOW + 3_601) * 1_000).toUTCString() } }),
    /already expired/,
  ],
];

/** An answer whose connection is lost in the middle of it. */
export const brokenOff = (): Response => {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`{"access_token":"${SECRET}`));
      controller.error(new TypeError('terminated'));
    },
  });
  return new Response(stream, { headers: { 'Content-Type': 'application/json' } });
};
