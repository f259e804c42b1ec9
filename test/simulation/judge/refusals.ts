/** P1, P3: who meets a refusal that a refresh can mend doesn't see it. */

import type { Call } from '../people/tab.ts';
import type { Exchange } from '../world/network.ts';
import { bearerIn, isRefresh, isRefusal } from './evidence.ts';
import type { RuleMaker } from './judge.ts';

/** Milliseconds for which the client may remember that refreshing is of no use: twice what it says. */
const REMEMBERED_FOR = 60_000;
/** So many useless refreshes within that time are far from the limit. */
const FEW_REFRESHES = 6;

/**
 * Where nothing else is wrong: the auth server and the network work, nobody signs in or out, and the address has refused no
 * token that was new.
 */
export const noRefusalThatARefreshMends: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  let disturbedAt = -Infinity;
  const disturb = () => {
    disturbedAt = browser.timeline.now;
  };
  return {
    promise: 'Nobody gets a refusal that a refresh would have mended',
    onCall({ label }) {
      if (/^(signIn|setSession|signOut)\(/.test(label)) disturb();
    },
    onEnd(exchange) {
      const { request, answer, end } = exchange;
      if (request.endpoint === 'api') {
        if (request.path === '/always-401' && isRefusal(exchange)) disturb();
      } else if (
        !isRefresh(exchange) ||
        end !== 'answered' ||
        answer?.status !== 200 ||
        typeof answer.body === 'string'
      )
        disturb();
    },
    afterEach() {
      const isStill = browser.livePages.some(({ isFrozen, isCached }) => isFrozen || isCached);
      if (isStill || !browser.machine.isOnline || browser.network.touchedAt === browser.timeline.now) disturb();
    },
    onSettled(call) {
      const { now } = browser.timeline;
      const { request, value, tab, calledAt, label } = call;
      if (!request || !(value instanceof Response) || now - disturbedAt < REMEMBERED_FOR) return;
      const sent = sentFor(call);
      const last = sent.at(-1);
      const bearer = last && bearerIn(last);
      if (!last || !bearer || !isRefusal(last) || isOther(last)) return;
      const isOfNow = tab.state.status === 'signed-in' && tab.createdAt < calledAt && tab.page.lastStillAt < calledAt;
      const isActive = browser.server.familyOfAccessToken(bearer)?.state === 'active';
      if (!isOfNow || !isActive || scene.areClocksWrong || !plan.world.hasLocks || plan.world.repeatsTokens) return;
      if (browser.network.isCookieLeftToChance || recent(isRefresh).length > FEW_REFRESHES) return;
      if (sent.length === 1 && !isRefreshDoubted(last))
        accuse(`${label} of tab ${tab.page.id} was refused, and nobody refreshed for it`);
    },
  };

  /** A challenge that asks for more than a new token, or a request that has taken effect. */
  function isOther({ answer }: Exchange): boolean {
    return !!answer?.redirectedTo || 'WWW-Authenticate' in (answer?.headers ?? {});
  }

  function sentFor(call: Call): Exchange[] {
    return browser.network.exchanges.filter((each) => scene.callOf(each) === call);
  }

  function recent(which: (exchange: Exchange) => boolean): Exchange[] {
    const { now } = browser.timeline;
    return browser.network.exchanges.filter((each) => now - each.sentAt < REMEMBERED_FOR && which(each));
  }

  /** Whether two tokens were refused there that it had never accepted. */
  function isRefreshDoubted({ request }: Exchange): boolean {
    const isThere = (each: Exchange) => each.request.endpoint === 'api' && each.request.path === request.path;
    const there = browser.network.exchanges.filter(isThere);
    const accepted = new Set(there.filter((each) => each.answer && !isRefusal(each)).map(bearerIn));
    const refused = recent((each) => isThere(each) && isRefusal(each)).map(bearerIn);
    return new Set(refused.filter((bearer) => bearer && !accepted.has(bearer))).size > 1;
  }
};
