/** A request that can be sent with one token and, if its body allows, once more with another. */

import type { AccessToken } from '../session/access-token.js';

export interface ReplayableRequest {
  readonly method: string;
  /** Origin and path. */
  readonly url: string;
  readonly signal: AbortSignal | null | undefined;
  /** A stream as `init.body` can be read once only. */
  readonly body: 'replayable' | 'one-shot';
  send(token: AccessToken): Promise<Response>;
}

export function replayableRequest(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  url: URL,
  fetch: typeof globalThis.fetch,
): ReplayableRequest {
  const request = isRequest(input) ? input : undefined;
  // What the caller changes while the request waits is not sent.
  const fixed: RequestInit = { ...init };
  if (init?.body != null) fixed.body = withoutCaller(init.body);
  const headers = new Headers(init?.headers);

  return {
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    url: url.origin + url.pathname,
    signal: init?.signal ?? request?.signal,
    body: init?.body instanceof ReadableStream ? 'one-shot' : 'replayable',
    send(token) {
      const authorization = `Bearer ${token.value}`;
      if (!request || init?.headers) {
        headers.set('Authorization', authorization);
        // A relative URL might mean another place by now (history.pushState).
        return fetch(request ? request.clone() : url.href, { ...fixed, headers });
      }
      // A header given beside a Request would reset its referrer (https://fetch.spec.whatwg.org/#dom-request), and its
      // body is spent once sent. Browsers share a body's bytes between clones; only a stream inside one is buffered.
      const copy = request.clone();
      copy.headers.set('Authorization', authorization);
      return fetch(copy, init && fixed);
    },
  };
}

/** The caller's own header is left alone: such a request is none of ours. */
export function hasAuthorization(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  return new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined)).has('authorization');
}

/** The absolute URL, or `undefined` for what `fetch` itself will refuse. */
export function resolveUrl(input: RequestInfo | URL, base: string | undefined): URL | undefined {
  try {
    return new URL(isRequest(input) ? input.url : input, base);
  } catch {
    return undefined;
  }
}

/** Also for a Request of another realm. */
const isRequest = (input: RequestInfo | URL): input is Request => typeof input === 'object' && 'clone' in input;

/** A form's parts can be changed later; they are listed anew, its files shared, not copied. */
function withoutCaller(body: BodyInit): BodyInit {
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (!(body instanceof FormData)) return body;
  const copy = new FormData();
  for (const [name, value] of body) copy.append(name, value as string);
  return copy;
}
