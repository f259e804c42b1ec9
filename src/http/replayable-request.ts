/** A request as it was when it was made, which can be sent with one token and, if its body allows, with another. */

import type { AccessToken } from '../session/access-token.js';

export interface ReplayableRequest {
  readonly method: string;
  readonly signal: AbortSignal | null | undefined;
  /** `one-shot`: `init.body` is a stream, which can be read only once. */
  readonly body: 'replayable' | 'one-shot';
  readonly keepalive: boolean;
  /** Not so with an `Authorization` of the caller's own, and in the modes in which browsers let none be added. */
  readonly takesToken: boolean;
  /** Without a token: as the caller made it. */
  send(token: AccessToken | undefined): Promise<Response>;
}

/**
 * Reads all that `fetch` reads when it is called: what the caller changes later is in no sending of it.
 *
 * @param url where it goes, now; a relative URL may mean another place later (history.pushState)
 * @throws what `fetch` would reject with
 */
export function replayableRequest(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  url: URL,
  fetch: typeof globalThis.fetch,
): ReplayableRequest {
  const request = isRequest(input) ? input.clone() : undefined;
  const fixed = fixInit(init);
  const headers = new Headers(fixed.headers ?? request?.headers);

  return {
    method: (fixed.method ?? request?.method ?? 'GET').toUpperCase(),
    signal: fixed.signal === undefined ? request?.signal : fixed.signal,
    body: isStream(fixed.body) ? 'one-shot' : 'replayable',
    keepalive: !!(fixed.keepalive ?? request?.keepalive),
    takesToken: !headers.has('authorization') && !NO_HEADERS.includes(fixed.mode ?? request?.mode ?? 'cors'),
    send(token) {
      if (token) headers.set('Authorization', `Bearer ${token.value}`);
      // The body of a Request is spent once sent. Browsers share its bytes between clones; only a stream is buffered.
      const copy = request?.clone();
      // Headers given beside a Request would reset its referrer: https://fetch.spec.whatwg.org/#dom-request
      if (!copy || fixed.headers) return fetch(copy ?? url.href, { ...fixed, headers });
      return fetch(copy, !token || authorize(copy, token) ? fixed : { ...fixed, headers });
    },
  };
}

/** Whether that could be done: the headers of a service worker's `event.request` can't be changed. */
function authorize({ headers }: Request, { value }: AccessToken): boolean {
  try {
    headers.set('Authorization', `Bearer ${value}`);
    return true;
  } catch {
    return false;
  }
}

/** https://fetch.spec.whatwg.org/#concept-request-mode */
const NO_HEADERS: readonly string[] = ['no-cors', 'navigate'];

export const isRequest = (input: RequestInfo | URL): input is Request =>
  typeof input !== 'string' && isA(input, 'Request');

/** Those of https://fetch.spec.whatwg.org/#requestinit; the getters of a class, say, can't be listed. */
const MEMBERS = [
  ...(['method', 'headers', 'body', 'mode', 'credentials', 'cache', 'redirect', 'referrer', 'referrerPolicy'] as const),
  ...(['integrity', 'keepalive', 'signal', 'duplex', 'priority', 'window'] as const),
];

function fixInit(init: RequestInit | null | undefined): RequestInit {
  const fixed: Record<string, unknown> = {};
  // What an engine has of its own, and what is inherited.
  for (const name in init) fixed[name] = init[name as keyof RequestInit];
  for (const name of MEMBERS)
    if (init && name in init && !(name in fixed)) fixed[name] = init[name as keyof RequestInit];
  if (fixed.body != null) fixed.body = fixBody(fixed.body);
  return fixed;
}

/** Takes no copy of what can't change. Of a buffer `fetch` itself takes one: a Blob takes it in its place. */
function fixBody(body: unknown): unknown {
  if (isStream(body) || isA(body, 'Blob') || isA(body, 'File')) return body;
  if (isA(body, 'ArrayBuffer') || ArrayBuffer.isView(body)) return new Blob([body as BufferSource]);
  if (isA(body, 'URLSearchParams')) return new URLSearchParams(String(body));
  if (!isA(body, 'FormData')) return String(body);
  const copy = new FormData();
  // Its files are shared, not copied.
  for (const [name, value] of body as FormData) copy.append(name, value as string);
  return copy;
}

const isStream = (body: unknown): boolean => isA(body, 'ReadableStream');

type Kind = 'Request' | 'ReadableStream' | 'Blob' | 'File' | 'ArrayBuffer' | 'URLSearchParams' | 'FormData';

/** By its class, since a class of one's own may have a name of its own; by its name, since each frame has classes of its own. */
const isA = (value: unknown, kind: Kind): boolean =>
  (typeof globalThis[kind] === 'function' && value instanceof globalThis[kind]) ||
  Object.prototype.toString.call(value) === `[object ${kind}]`;
