/** What goes wrong at `/auth/refresh` when it is told to; none of these spends the refresh token but a late drop. */

import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Settings } from './settings.ts';

const PROXY_PAGE =
  '<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1><p>The proxy does not let you pass.</p>';

/** The answer of a server that is sick, or of a proxy before it; `undefined`: it is well. */
export function faultyAnswer({ fault, retryAfter }: Settings): Response | undefined {
  // RFC 9110 §10.2.3: whole seconds.
  const headers = { 'Retry-After': String(Math.ceil(retryAfter)), 'Cache-Control': 'no-store' };
  if (fault === '503') return Response.json({ error: 'temporarily_unavailable' }, { status: 503, headers });
  if (fault === '429') return Response.json({ error: 'too_many_requests' }, { status: 429, headers });
  if (fault === 'html-403') {
    return new Response(PROXY_PAGE, { status: 403, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  }
  return undefined;
}

/** Cuts the connection before an answer. */
export function drop({ incoming, outgoing }: HttpBindings): Response {
  // Where a connection that was used before dies without a word, Chromium sends the request again by itself, a POST too:
  // a spent token would come twice. After an interim answer it doesn't, and after a reset (unlike a close) it reports a
  // network error.
  outgoing.writeProcessing(() => incoming.socket.resetAndDestroy());
  return RESPONSE_ALREADY_SENT;
}
