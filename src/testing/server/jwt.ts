/** Access tokens for tests: JWTs that can be read, and that nobody could verify. */

/**
 * A JWT of the given payload. Its header says that it isn't signed (RFC 7519 §6), and the signature is the word "signature".
 */
export const unsignedJwt = (payload: object): string =>
  `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.c2lnbmF0dXJl`;

/** Base64url (RFC 7515 §2), by what browsers and Node have. */
function part(value: object): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
