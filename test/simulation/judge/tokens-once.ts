/** P1, P4: no refresh token is presented twice, unless its answer was lost on the way, or has gone with its page. */

import type { Family } from '../../../src/testing/server/sessions.ts';
import type { Exchange } from '../world/network.ts';
import { isOrphan, isRefresh, isUnmarked, orphanWait } from './evidence.ts';
import type { RuleMaker } from './judge.ts';
import { isGoneWithItsPage, isHeardTooLate, mayMissRotations } from './refresh-tokens.ts';

/** Sessions that the network, or a browser without locks or storage, has put at risk: nobody can save them. */
export const atRisk = new WeakSet<Family>();

export const noTokenTwice: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  /** The exchange that has spent a refresh token. */
  const spentBy = new Map<string, Exchange>();
  return {
    promise: 'No refresh token is presented twice unless its answer was lost',
    onEnd(exchange) {
      const { refreshToken } = exchange.request;
      const isLate = browser.timeline.now - exchange.sentAt >= orphanWait(scene, exchange);
      // Answered after all, it puts an old cookie in the place of a newer one.
      if (isRefresh(exchange) && refreshToken && isLate && !exchange.page.isAlive)
        atRisk.add(browser.server.familyOf(refreshToken) as Family);
    },
    onSend(exchange) {
      const { refreshToken } = exchange.request;
      if (!plan.world.rotates || !isRefresh(exchange) || !refreshToken) return;
      const first = spentBy.get(refreshToken);
      if (!first) {
        // A session that the server has ended has nothing left to spend.
        if (browser.server.familyOf(refreshToken)?.state === 'active') spentBy.set(refreshToken, exchange);
        return;
      }
      // It never reached the server, or the server didn't take it: it is not spent.
      if (first.end && (first.processedAt === undefined || first.answer?.status === 401)) {
        spentBy.set(refreshToken, exchange);
        return;
      }
      const family = browser.server.familyOf(refreshToken) as Family;
      const isLate = browser.timeline.now - first.sentAt >= orphanWait(scene, first);
      // Its answer may still land.
      const isUnderWay = isOrphan(first) && !first.end && (isLate || isUnmarked(scene, first));
      const isLost = !!first.isAnswerLost || !!first.isResent || isUnderWay || isHeardTooLate(scene, first);
      const isGone = isGoneWithItsPage(scene, first);
      if (isGone) scene.presentedTwice.goneWithPage++;
      else if (isLost) scene.presentedTwice.lostOnTheWay++;
      const isUnprotected = !plan.world.hasLocks || mayMissRotations(scene, exchange);
      if (isUnprotected || isGone || (isLost && !first.isLeftBehind)) atRisk.add(family);
      else if (!atRisk.has(family))
        accuse(`tab ${exchange.page.id} presented a refresh token that tab ${first.page.id} had presented already`);
    },
  };
};
