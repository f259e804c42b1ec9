/** A refresh token that no server has issued. */

/** Of letters that any cookie may have. @param length as of a right one: a server may look at it first */
export function forgedToken(length = 43): string {
  const letters = crypto.getRandomValues(new Uint8Array(Math.max(length, 16)));
  return Array.from(letters, (byte) => 'abcdefghijklmnopqrstuvwxyz'[byte % 26]).join('');
}
