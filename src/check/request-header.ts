/** What may stand in a header: cookies as they were set, and a CSRF token as the client reads it. */

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
