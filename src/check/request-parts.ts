/** What a request is made of: the body as `bodyRefresh` of the client writes it, and what may stand in a header. */

import type { BodyFormat } from './arguments.js';

export const refreshBody = (format: BodyFormat, token: string | undefined): string =>
  written(format, {
    // A form is OAuth's. JSON with a field of its own is not.
    ...((format.format === 'form' || !format.field) && { grant_type: 'refresh_token' }),
    ...(token !== undefined && { [format.field ?? 'refresh_token']: token }),
  });

/** RFC 7009 §2.1, unless there is a field of its own. */
export const signOutBody = (format: BodyFormat, token = ''): string =>
  written(format, format.field ? { [format.field]: token } : { token, token_type_hint: 'refresh_token' });

export const contentTypeOf = ({ format }: BodyFormat): string =>
  format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';

function written({ format, clientId }: BodyFormat, named: Readonly<Record<string, string>>): string {
  const fields = { ...named, ...(clientId !== undefined && { client_id: clientId }) };
  return format === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
}

/** A browser sends whatever the server has set, and a header is made of bytes. */
export const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** https://fetch.spec.whatwg.org/#concept-header-value: else `fetch` throws, in a browser as here. */
export function isSendable(value: string): boolean {
  try {
    new Headers().set('Cookie', value);
    return true;
  } catch {
    // Its error would quote the value.
    return false;
  }
}

/** As the client reads it: Laravel and others encode it. */
export function decoded(value: string | undefined): string | undefined {
  try {
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A refresh token that no server has issued, of letters that any cookie may have. @param length as of a right one: a server may look at it first */
export function forgedToken(length = 43): string {
  const letters = crypto.getRandomValues(new Uint8Array(Math.max(length, 16)));
  return Array.from(letters, (byte) => 'abcdefghijklmnopqrstuvwxyz'[byte % 26]).join('');
}
