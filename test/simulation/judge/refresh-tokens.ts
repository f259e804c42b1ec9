/** What becomes of refresh tokens: which are lost on the way, which go with a page, and which are still at hand. */

import type { AuthState } from '../../../src/index.ts';
import type { Family } from '../../../src/testing/server/sessions.ts';
import { LONGEST_DELIVERY } from '../world/channels.ts';
import { isInBody } from '../world/holder.ts';
import type { Exchange } from '../world/network.ts';
import { LONGEST_WRITE } from '../world/storage.ts';
import type { Scene } from './judge.ts';

/** Whether the way has lost what the answer brings, or the browser has asked twice by itself. */
export const isLostOnTheWay = ({ isAnswerLost, isResent, isLeftBehind }: Exchange): boolean =>
  !!isResent || (!!isAnswerLost && !isLeftBehind);

/** Milliseconds for which the scripts of a page go on that WebKit is closing. */
const LONGEST_GOODBYE = 200;

/** Milliseconds after which the turn of a request is given up: three times the option `refreshTimeout`. */
const LONGEST_REQUEST = 30_000;

/**
 * Without a cookie: the page went, or its client, before it had told the others of its new refresh token. A message travels
 * for a while; if its client is gone, nobody waits for it, but who sees the mark in localStorage. A page that WebKit is
 * closing has no locks.
 */
export function isGoneWithItsPage(scene: Scene, exchange: Exchange): boolean {
  const { plan } = scene;
  const { isLeftBehind, page, heardAt = Infinity } = exchange;
  if (!isInBody(plan.world)) return false;
  const isClosing = page.lostLocksAt >= 0 && page.lostLocksAt <= heardAt && !page.isCached;
  const toldAfter = plan.world.storage === 'works' ? LONGEST_WRITE : LONGEST_DELIVERY;
  const madeAnewAt = scene.tabOf(exchange)?.createdAt ?? -1;
  const isClientGone = madeAnewAt >= heardAt && madeAnewAt <= heardAt + toldAfter;
  const isGone = isClientGone || (!page.isAlive && page.goneAt <= heardAt + toldAfter);
  return !!isLeftBehind || isGone || (isClosing && heardAt - page.lostLocksAt <= LONGEST_GOODBYE);
}

/** Without a cookie: its page stood still, and had the answer only when its turn had been given up. */
export const isHeardTooLate = ({ plan }: Scene, { sentAt, heardAt = 0 }: Exchange): boolean =>
  isInBody(plan.world) && heardAt - sentAt >= LONGEST_REQUEST;

/**
 * Without a cookie: whether a page can miss a rotation, and not know it. It takes the messages of the others, or else the
 * mark in localStorage, which is ordered by the clock. WebKit gives no messages to a page in its back/forward cache. By a
 * clock that was set back a sign-out in a new page is older than what such a page knows, and tells it.
 */
export function mayMissRotations(scene: Scene, exchange: Exchange): boolean {
  const { world } = scene.plan;
  const { areClocksWrong } = scene;
  const tab = scene.tabOf(exchange);
  const isSignedOut = scene.calls.some((call) => call.tab === tab && call.label === 'signOut()');
  const isToldByOne = isSignedOut && scene.tabs.some(({ page }) => page.lostLocksAt >= 0);
  const missesMessages = world.lostMessages > 0 || exchange.page.lostLocksAt >= 0 || isToldByOne;
  return isInBody(world) && (!world.hasChannel || ((world.storage !== 'works' || areClocksWrong) && missesMessages));
}

/** The session of which a state tells, where its token names one. */
export function sessionIn({ browser }: Scene, state: AuthState): Family | undefined {
  const { sid } = ((state.status === 'signed-in' && state.claims) || {}) as { sid?: string };
  return sid === undefined ? undefined : browser.server.families.get(sid);
}

/** The requests that have brought the newest refresh token of a session, each to its page. */
export function bringersOfNewest({ browser }: Scene, family: Family): Exchange[] {
  const newest = browser.server.newestOf(family);
  return browser.network.exchanges.filter(
    ({ answer, end, heardAt, isAnswerLost }) =>
      answer?.refreshToken === newest && end === 'answered' && heardAt !== undefined && !isAnswerLost,
  );
}

/** Whether somebody can go on with a session: the cookie jar, or an open page that was given its newest refresh token. */
export function isTokenAtHand(scene: Scene, family: Family): boolean {
  const { plan, browser } = scene;
  if (!isInBody(plan.world)) return browser.server.familyOf(browser.network.cookie) === family;
  return bringersOfNewest(scene, family).some(({ page, sentAt }) => {
    const tab = scene.tabs.find((each) => each.page === page);
    // A client that was made anew knows nothing of the one before it.
    return page.isAlive && !page.isCached && !!tab && tab.createdAt <= sentAt;
  });
}

/** The one whose answer came last. */
function newestLogin({ browser }: Scene): Exchange | undefined {
  const heardAt = (exchange: Exchange) => exchange.heardAt ?? exchange.endedAt ?? 0;
  return browser.network.exchanges
    .filter(({ request, end }) => request.endpoint === 'login' && end === 'answered')
    .sort((a, b) => heardAt(a) - heardAt(b))
    .at(-1);
}

/** Whether nobody has signed in since, in any tab. */
export const isOfNewestLogin = (scene: Scene, family: Family): boolean =>
  scene.browser.server.familyOf(newestLogin(scene)?.answer?.refreshToken) === family;

/** Without a cookie: somebody has signed in or out since, in a tab of which the others may not have heard. */
export function isSuperseded(scene: Scene, family: Family): boolean {
  const signOut = scene.calls.findLast(({ label }) => label === 'signOut()');
  const isSignedOut = !!signOut && signOut.calledAt >= (newestLogin(scene)?.endedAt ?? 0);
  return isInBody(scene.plan.world) && (isSignedOut || !isOfNewestLogin(scene, family));
}
