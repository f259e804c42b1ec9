/** Which cookie holds the refresh token: a server may set others, such as a session's, a JWT or a load balancer's. */

import type { Cookie } from './cookies.js';
import type { Endpoint } from './endpoint.js';
import { type Answer, isRenewed } from './exchange.js';
import type { Session } from './sessions.js';

/**
 * Leaves one after the other out of a refresh: without the refresh token there is none.
 *
 * @param signedIn the cookies of the sign-in
 * @param first the answer to a refresh with all of them, which has succeeded
 * @returns `undefined`: it may be several of them, or none
 */
export async function findHolder(
  endpoint: Endpoint,
  session: Session,
  signedIn: readonly Cookie[],
  first: Answer,
): Promise<string | undefined> {
  const names = endpoint.mayHoldToken(signedIn);
  if (names.length < 2) return names[0];
  const needed: string[] = [];
  for (const name of names) {
    if (!isRenewed(await endpoint.refresh(session, { without: name }))) needed.push(name);
  }
  if (needed.length === 1) return needed[0];
  // A server may want its session's cookie, too. That isn't what a refresh rotates.
  const valueIn = (cookies: readonly Cookie[], name: string) => cookies.find((each) => each.name === name)?.value;
  const rotated = needed.filter((name) => {
    const value = valueIn(first.setCookies, name);
    return value && value !== valueIn(signedIn, name);
  });
  return rotated.length === 1 ? rotated[0] : undefined;
}
