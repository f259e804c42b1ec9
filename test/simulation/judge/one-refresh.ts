/** P1, P2: refreshes of one endpoint never overlap, and none is made without a cause. */

import type { Exchange } from '../world/network.ts';
import {
  bearerIn,
  isHinted,
  isMirrored,
  isOrphan,
  isRefresh,
  isRefusal,
  isUnmarked,
  orphanWait,
  VISITOR_WAIT,
} from './evidence.ts';
import type { RuleMaker } from './judge.ts';

/** But for a request that a page has left behind, once its time is up. */
export const noOverlap: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  const underWay = new Set<Exchange>();
  return {
    promise: 'Refreshes at one endpoint never overlap',
    onSend(exchange) {
      if (!isRefresh(exchange)) return;
      for (const other of underWay) {
        if (!plan.world.hasLocks) continue;
        const age = browser.timeline.now - other.sentAt;
        // A visitor's request brings no token, or a dead one; one that may bring a cookie is waited for, but not for long.
        const isVisitor =
          (other.isOfVisitor && age >= VISITOR_WAIT) ||
          browser.server.familyOf(other.request.refreshToken)?.state !== 'active';
        const isLeft = isOrphan(other);
        const isForgiven = isLeft && (isVisitor || isUnmarked(scene, other));
        const isOver = isLeft && age >= orphanWait(scene, other);
        if (!isForgiven && !isOver)
          accuse(
            `tab ${exchange.page.id} refreshed ${Math.round(age)} ms after the ` +
              `${isLeft ? 'refresh that the closed' : 'refresh that is still under way of'} tab ${other.page.id}` +
              (isLeft ? ' has left behind' : ''),
          );
      }
      underWay.add(exchange);
    },
    onEnd: (exchange) => void underWay.delete(exchange),
  };
};

/** What a tab posts of its session. */
interface Posted {
  readonly value?: string;
  readonly epoch?: number;
  readonly generation?: number;
}

interface Known {
  readonly token: string;
  readonly epoch: number;
  readonly generation: number;
  readonly page: number;
}

/** Each refresh that brings a new token had a cause: an expiry, a refusal, a demand, or nobody who knew the last one. */
export const noNeedlessRefresh: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  const { server } = browser;
  /** Access tokens that an API has refused. */
  const refused = new Set<string>();
  /** When a page has met its last refusal; its token may be another one than that of the others. */
  const refusedAt = new Map<object, number>();
  /** The newest access token of a session that a tab has told the others of, and that tab's page. */
  const newest = new Map<object, Known>();
  return {
    promise: 'A refresh has a cause',
    onEnd(exchange) {
      const bearer = bearerIn(exchange);
      if (bearer && exchange.request.endpoint === 'api' && isRefusal(exchange)) {
        refused.add(bearer);
        refusedAt.set(exchange.page, browser.timeline.now);
      }
    },
    onPost({ data, from }) {
      const { value: token, epoch = 0, generation = 0 } = (data as { data?: Posted }).data ?? {};
      const family = token && server.familyOfAccessToken(token);
      const known = family && newest.get(family);
      const isNewer = !known || epoch > known.epoch || (epoch === known.epoch && generation > known.generation);
      if (token && family && isNewer) newest.set(family, { token, epoch, generation, page: from });
    },
    onSend(exchange) {
      const tab = scene.tabOf(exchange);
      if (!isRefresh(exchange) || !tab || scene.areClocksWrong || !isMirrored(plan) || !plan.world.hasLocks) return;
      if (tab.state.status !== 'signed-in' || plan.world.repeatsTokens) return;
      // It may not have heard yet what it has missed.
      if (tab.page.lastStillAt >= 0 && browser.timeline.now - tab.page.lastStillAt < 1_000) return;
      const family = server.familyOf(exchange.request.refreshToken);
      const known = family && newest.get(family);
      const bringer = known && browser.pages[known.page - 1];
      // Perhaps nobody has what came for a page that is gone, or that stood still until now.
      const isTold = bringer?.isAlive && browser.timeline.now - bringer.lastStillAt > 1_000;
      const token = isTold ? known?.token : undefined;
      const issued = token && server.issued.get(token);
      if (browser.timeline.now - (refusedAt.get(exchange.page) ?? -Infinity) < 2_000) return;
      // Whoever has just signed in, here or elsewhere, may have left a cookie of which tabs know nothing.
      const isOurs = browser.network.touchedAt < 0 && !browser.network.isCookieLeftToChance && !mayHintMislead();
      if (!isOurs || !issued || refused.has(token) || scene.calls.some(isDemand)) return;
      const lifetime = plan.world.lifetime * 1_000;
      const left = issued.expiresAt - browser.machine.trueNow();
      // The most that the option `refreshAhead` and the spread of tokens that came together make of it.
      const due = lifetime / 5;
      // It travelled for a while after it was issued.
      if (left > due + 1_000)
        accuse(
          `tab ${tab.page.id} refreshed ${Math.round(left)} ms before the expiry of a token that nobody had refused`,
        );
    },
  };

  /** It is gone, so that the tabs ask the server. Of values that don't name the session, none tells whether it is that of a page which nobody can hear any more. */
  function mayHintMislead(): boolean {
    const isUnheard = ({ page, heardAt, sentAt }: Exchange) =>
      !page.isAlive || heardAt === undefined || page.lastStillAt >= sentAt;
    if (isHinted(plan) && !browser.network.hint) return true;
    return (
      plan.world.hint === 'of-rotations' && browser.network.exchanges.some((each) => isRefresh(each) && isUnheard(each))
    );
  }

  function isDemand({ label, settledAt }: { label: string; settledAt?: number }): boolean {
    if (/^(refresh|signIn|setSession)\(/.test(label))
      return settledAt === undefined || settledAt > browser.timeline.now - 60_000;
    return false;
  }
};

/** However callers behave and whatever the API says. */
export const boundedRate: RuleMaker = (scene, accuse) => {
  const sent = new Map<object, number[]>();
  return {
    promise: 'Refreshes come at a bounded rate',
    onSend(exchange) {
      const tab = scene.tabOf(exchange);
      if (!isRefresh(exchange) || !tab) return;
      const { now } = scene.browser.timeline;
      const times = (sent.get(tab) ?? []).filter((at) => now - at < 60_000);
      times.push(now);
      sent.set(tab, times);
      const demands = scene.calls.filter(
        (call) => call.tab === tab && now - call.calledAt < 60_000 && /^(refresh|signIn|restore)\(/.test(call.label),
      ).length;
      const expiries = Math.ceil(60 / (plan(scene).lifetime * 0.8)) + 1;
      if (times.length > 12 + expiries + demands + foreign(tab, now))
        accuse(`tab ${tab.page.id} sent ${times.length} refreshes within a minute`);
    },
  };

  /** Each change of the session begins anew. */
  function foreign(tab: object, now: number): number {
    return scene.heard.filter(
      (each) => each.tab === tab && now - each.at < 60_000 && ['signed-in', 'user-changed'].includes(each.event),
    ).length;
  }
};

const plan = (scene: Parameters<RuleMaker>[0]) => scene.plan.world;
