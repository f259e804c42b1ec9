/** Whether an answer deletes a cookie, as a browser sees it. */

import { type Cookie, isDeleted, isSameCookie, placeOf } from '../cookies.js';
import type { Answer } from '../exchange.js';
import { broken, type Finding, kept } from '../finding.js';

/** @param cost what comes of it where the cookie stays */
export function deletion(cookie: Cookie, { setCookies, receivedAt }: Answer, cost: string): Finding {
  const named = setCookies.filter(({ name }) => name === cookie.name);
  const deleted = named.filter((each) => isDeleted(each, receivedAt));
  if (!named.length) return broken(`the answer doesn't delete it, so ${cost}`);
  if (!deleted.length) return broken('the answer sets it, and not with an expiry in the past');
  if (deleted.some((each) => isSameCookie(each, cookie))) return kept();
  return broken(
    `it deletes the one with ${deleted.map(placeOf).join(' and the one with ')}, and this one has ${placeOf(cookie)}`,
  );
}
