/** P5: a sick server is left alone. */

import type { Exchange } from '../world/network.ts';
import { isMirrored, isRefresh } from './evidence.ts';
import type { RuleMaker } from './judge.ts';

/** Milliseconds: the shortest pause after a failure. */
const LEAST_PAUSE = 1_000;
/** Milliseconds in which other tabs hear of a failure, the wait for a page that may be leaving included. */
const HEARD_WITHIN = 3_000;

interface Failure {
  readonly exchange: Exchange;
  readonly at: number;
  readonly pause: number;
  readonly isNamed: boolean;
}

export const backsOff: RuleMaker = (scene, accuse) => {
  let last: Failure | undefined;
  return {
    promise: 'A sick server is left alone for as long as it says, else for a second at least',
    onEnd(exchange) {
      if (!isRefresh(exchange)) return;
      const { answer, end, page } = exchange;
      const isFailure = end !== 'answered' || !answer || ![200, 401].includes(answer.status);
      const named = Number(answer?.headers?.['Retry-After'] ?? 0) * 1_000;
      const pause = Math.max(LEAST_PAUSE, named);
      const isNamed = end === 'answered' && named > 0;
      const tab = scene.tabOf(exchange);
      // A client that is gone, or signed out, tells nobody.
      const isTold = page.isAlive && tab && tab.createdAt < exchange.sentAt && tab.state.status !== 'signed-out';
      last = isFailure && isTold ? { exchange, at: scene.browser.timeline.now, pause, isNamed } : undefined;
    },
    onHeard({ event }) {
      // A new session, or a token from elsewhere, ends the pause.
      if (event === 'signed-in' || event === 'refreshed' || event === 'user-changed' || event === 'signed-out')
        last = undefined;
    },
    onCall({ label }) {
      if (/^(signIn|setSession|signOut)\(/.test(label)) last = undefined;
    },
    onSend(exchange) {
      if (!isRefresh(exchange) || !last || scene.areClocksWrong) return;
      const { now } = scene.browser.timeline;
      const passed = now - last.at;
      const isLifted = !last.isNamed && scene.browser.onlineSince >= last.at;
      const isSame = exchange.page === last.exchange.page;
      const isKnown =
        scene.wasAwake(exchange, last.at) && (isSame || (isMirrored(scene.plan) && passed > HEARD_WITHIN));
      if (isKnown && !isLifted && passed < last.pause - 1)
        accuse(
          `tab ${exchange.page.id} asked ${Math.round(passed)} ms after a failure that asks for ${last.pause} ms of rest`,
        );
    },
  };
};
