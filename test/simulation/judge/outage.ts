/** P5: a sick server is left alone. */

import type { Heard } from '../people/tab.ts';
import type { Exchange } from '../world/network.ts';
import { bringsToken, isMirrored, isRefresh } from './evidence.ts';
import type { RuleMaker } from './judge.ts';

/** Milliseconds: the shortest pause after a failure. */
const LEAST_PAUSE = 1_000;
/** Milliseconds in which other tabs hear of a failure, the wait for a page that may be leaving included. */
const HEARD_WITHIN = 3_000;

/** Milliseconds by which clocks and timers differ. */
const ROUNDED = 5;
const ENDS_PAUSE = ['signed-in', 'refreshed', 'user-changed', 'signed-out'];

interface Failure {
  readonly exchange: Exchange;
  readonly at: number;
  /** Timeline's milliseconds until which the server is to be left alone. */
  readonly until: number;
  readonly isNamed: boolean;
}

/** A visitor's tab has heard from another one that somebody is signed in, though there is no token just now. */
const isFound = ({ event, before }: Heard): boolean => event === 'state' && before.status === 'signed-out';

export const backsOff: RuleMaker = (scene, accuse) => {
  /** The newest one, and the one whose named pause lasts longest. */
  let failures: Failure[] = [];
  const forget = () => {
    failures = [];
  };
  return {
    promise: 'A sick server is left alone for as long as it says, else for a second at least',
    onEnd(exchange) {
      if (!isRefresh(exchange)) return;
      const { answer, end, page } = exchange;
      const tab = scene.tabOf(exchange);
      // A client that is gone, or signed out, tells nobody; nor does one whose session has moved on meanwhile, unless the
      // server has named the pause.
      const isOutdated = scene.heard.some(
        (heard) =>
          heard.tab === tab && heard.at >= exchange.sentAt && (ENDS_PAUSE.includes(heard.event) || isFound(heard)),
      );
      // Told of the same token once more, it moves on without an event.
      const hasMovedOn =
        scene.plan.world.repeatsTokens &&
        scene.browser.network.exchanges.some(
          (each) => isRefresh(each) && bringsToken(each) && (each.endedAt ?? 0) >= exchange.sentAt,
        );
      const isAlive = page.isAlive && tab && tab.createdAt < exchange.sentAt && tab.state.status !== 'signed-out';
      // One that stands still takes no notice, and one that was in the back/forward cache may have lost the answer.
      const isHeard = !page.isFrozen && !exchange.isUnheard;
      const failure = failureOf(exchange);
      const isTold = isAlive && isHeard && (!(isOutdated || hasMovedOn) || failure.isNamed);
      if (end === 'answered' && [200, 401].includes(answer?.status ?? 0)) forget();
      else if (isTold) failures = failures.filter(({ isNamed }) => isNamed).concat(failure);
    },
    onHeard({ event }) {
      // A new session, or a token from elsewhere, ends the pause.
      if (ENDS_PAUSE.includes(event)) forget();
    },
    onCall({ label }) {
      if (/^(signIn|setSession|signOut)\(/.test(label)) forget();
    },
    onSend(exchange) {
      if (!isRefresh(exchange) || scene.areClocksWrong) return;
      const { now } = scene.browser.timeline;
      for (const failure of failures) {
        const { at, until, isNamed } = failure;
        const isLifted = !isNamed && scene.browser.onlineSince >= at;
        const isOwn = exchange.page === failure.exchange.page;
        const hasTold = isMirrored(scene.plan) && Math.min(now, failure.exchange.page.goneAt) - at > HEARD_WITHIN;
        const isKnown = isOwn || hasTold;
        if (isKnown && scene.wasAwake(exchange, at) && !isLifted && now < until - ROUNDED)
          accuse(`tab ${exchange.page.id} asked ${Math.round(until - now)} ms before a pause after a failure was over`);
      }
    },
  };

  function failureOf(exchange: Exchange): Failure {
    const { now } = scene.browser.timeline;
    const named = Number(exchange.answer?.headers?.['Retry-After'] ?? 0) * 1_000;
    const isNamed = exchange.end === 'answered' && named > 0;
    return { exchange, at: now, until: now + Math.max(LEAST_PAUSE, isNamed ? named : 0), isNamed };
  }
};
