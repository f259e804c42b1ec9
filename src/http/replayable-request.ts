/** A request that can be sent with one token and, if its body allows, once more with another. */

import { resolveUrl } from '../page.js';
import type { AccessToken } from '../session/access-token.js';

export interface ReplayableRequest {
  readonly method: string;
  readonly url: URL;
  readonly signal: AbortSignal | null | undefined;
  /** A stream as `init.body` can be read once only. */
  readonly body: 'replayable' | 'one-shot';
  send(token: AccessToken): Promise<Response>;
}

/** `undefined` for what is none of ours: an `Authorization` of the caller's own, a URL that `fetch` will refuse. */
export function replayableRequest(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  fetch: typeof globalThis.fetch,
): ReplayableRequest | undefined {
  // Also a Request of another realm.
  const request = typeof input === 'object' && 'clone' in input ? input : undefined;
  const url = resolveUrl(request?.url ?? String(input));
  const headers = new Headers(init?.headers ?? request?.headers);
  if (!url || headers.has('authorization')) return undefined;
  // What the caller changes while the request waits is not sent.
  const fixed = init && { ...init, ...(init.body && { body: fixBody(init.body) }) };

  return {
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    url,
    signal: init?.signal === undefined ? request?.signal : init.signal,
    body: init?.body instanceof ReadableStream ? 'one-shot' : 'replayable',
    send(token) {
      const authorization = `Bearer ${token.value}`;
      // The body of a Request is spent once sent. Browsers share its bytes between clones; only a stream is buffered.
      const copy = request?.clone();
      if (copy && !init?.headers) {
        // Headers given beside a Request would reset its referrer: https://fetch.spec.whatwg.org/#dom-request
        copy.headers.set('Authorization', authorization);
        return fetch(copy, fixed);
      }
      headers.set('Authorization', authorization);
      // A relative URL might mean another place by now (history.pushState).
      return fetch(copy ?? url.href, { ...fixed, headers });
    },
  };
}

/** A form's parts can be changed later: they are listed anew. Its files are shared, not copied. */
function fixBody(body: BodyInit): BodyInit {
  if (!(body instanceof FormData)) return body;
  const copy = new FormData();
  for (const [name, value] of body) copy.append(name, value as string);
  return copy;
}
