/** P6, where no cookie holds the refresh token: a sign-out revokes it. */

import type { Family } from '../../../src/testing/server/sessions.ts';
import { isInBody } from '../world/holder.ts';
import type { Exchange } from '../world/network.ts';
import { isMirrored } from './evidence.ts';
import type { RuleMaker } from './judge.ts';
import { bringersOfNewest, isOfNewestLogin, isTokenAtHand, sessionIn } from './refresh-tokens.ts';

/** A tab may sign out with an old one: then the tab that has the newest one revokes that. */
export const signOutRevokes: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  const signedOut = new Map<Family, { readonly at: number; readonly page: number }>();
  return {
    promise: 'After a confirmed sign-out no refresh token of the session is good',
    onSettled({ label, tab, value, calledAt, stateAtCall }) {
      if (label !== 'signOut()' || !(value as { serverConfirmed: boolean }).serverConfirmed) return;
      if (!isInBody(plan.world)) return;
      const revoked = browser.network.exchanges
        .filter(
          ({ request, page, sentAt }) => request.endpoint === 'sign-out' && page === tab.page && sentAt >= calledAt,
        )
        .map(({ request }) => browser.server.familyOf(request.refreshToken));
      for (const family of [...revoked, sessionIn(scene, stateAtCall)])
        if (family) signedOut.set(family, { at: calledAt, page: tab.page.id });
    },
    atRest() {
      if (!isMirrored(plan) || scene.areClocksWrong) return;
      for (const [family, { at, page }] of signedOut)
        if (family.state === 'active' && !isExcused(family, at))
          accuse(`tab ${page} was told that the server has confirmed its sign-out, and a refresh token is good`);
    },
  };

  /**
   * Nobody has got the newest one, or nobody has kept it, since they have signed in again; a page that had it is gone or
   * stood still; or the way to the server was broken.
   */
  function isExcused(family: Family, since: number): boolean {
    const bringers = bringersOfNewest(scene, family);
    const isLate = ({ page, sentAt }: Exchange) => !page.isAlive || page.lastStillAt >= sentAt;
    const isBroken = (exchange: Exchange) =>
      exchange.request.endpoint === 'sign-out' && exchange.sentAt >= since && isRefused(exchange);
    return (
      !bringers.length ||
      !isOfNewestLogin(scene, family) ||
      bringers.some(isLate) ||
      browser.network.exchanges.some(isBroken)
    );
  }
};

/** Where the server could be reached, and no page was gone or stood still: also if the tab that signs out knows of nobody yet. */
export const signOutIsForAllTabs: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  const signedOut = new Map<Family, number>();
  let isDisturbed = false;
  return {
    promise: 'A sign-out revokes the refresh token of the session that any tab knows',
    onCall({ label, tab }) {
      if (label !== 'signOut()' || !isInBody(plan.world)) return;
      for (const each of scene.tabs.filter(({ page }) => page.isAlive)) {
        const family = sessionIn(scene, each.state);
        // A tab may not have heard yet that another session has taken the place of this one.
        if (family && isOfNewestLogin(scene, family)) signedOut.set(family, tab.page.id);
      }
    },
    onEnd(exchange) {
      if (exchange.request.endpoint === 'sign-out' && isRefused(exchange)) isDisturbed = true;
    },
    afterEach() {
      isDisturbed ||=
        browser.livePages.some(({ isFrozen }) => isFrozen) || browser.pages.some(({ isAlive }) => !isAlive);
    },
    atRest() {
      if (isDisturbed || !isMirrored(plan) || !plan.world.hasLocks || scene.areClocksWrong) return;
      // Nobody can revoke what has been lost on the way.
      for (const [family, page] of signedOut)
        if (family.state === 'active' && isTokenAtHand(scene, family))
          accuse(`tab ${page} has signed out, and a refresh token of ${family.user.id} is good`);
    },
  };
};

const isRefused = ({ end, answer }: Exchange): boolean =>
  end !== 'answered' || answer?.status !== 200 || typeof answer.body === 'string';
