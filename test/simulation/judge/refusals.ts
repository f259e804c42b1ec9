/** P1, P3: who meets a refusal that a refresh can mend doesn't see it; one that it can't mend costs no more refreshes. */

import type { Call } from '../people/tab.ts';
import type { Plan } from '../schedule/plan.ts';
import type { Exchange } from '../world/network.ts';
import { bearerIn, bringsToken, isHinted, isMirrored, isRefresh, isRefusal } from './evidence.ts';
import type { RuleMaker, Scene } from './judge.ts';

/** Milliseconds for which the client may remember that refreshing is of no use: twice what it says. */
const REMEMBERED_FOR = 60_000;
/** So many useless refreshes within that time are far from the limit. */
const FEW_REFRESHES = 6;
/** Milliseconds for which an address that refuses new tokens, too, asks for no refresh, less what clocks round off. */
const FRUITLESS_FOR = 29_990;
/** One that was due, and one for each address that is always refused, by `GET` and by `POST`. */
const MOST_REFRESHES = 3;

/** Notes when something was wrong with the auth server, the network or a page, or somebody has asked for a new session. */
function disturbances({ browser }: Scene, demands: RegExp) {
  let lastAt = -Infinity;
  const disturb = () => {
    lastAt = browser.timeline.now;
  };
  return {
    isRecent: () => browser.timeline.now - lastAt < REMEMBERED_FOR,
    onCall({ label }: Call) {
      if (demands.test(label)) disturb();
    },
    onEnd(exchange: Exchange) {
      if (!isForApi(exchange) && !(isRefresh(exchange) && bringsToken(exchange))) disturb();
    },
    afterEach() {
      const isStill = browser.livePages.some(({ isFrozen, isCached }) => isFrozen || isCached);
      if (isStill || !browser.machine.isOnline || browser.network.touchedAt === browser.timeline.now) disturb();
    },
  };
}

const isForApi = ({ request }: Exchange): boolean => request.endpoint === 'api';
const isAlwaysRefused = ({ request }: Exchange): boolean => request.path === '/always-401';

/** Where the address has refused no token that was new, and nothing else is wrong. */
export const noRefusalThatARefreshMends: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  const disturbed = disturbances(scene, /^(signIn|setSession|signOut)\(/);
  return {
    ...disturbed,
    promise: 'Nobody gets a refusal that a refresh would have mended',
    onSettled(call) {
      const { request, value, tab, calledAt, label } = call;
      if (!request || !(value instanceof Response) || disturbed.isRecent()) return;
      const sent = browser.network.exchanges.filter((each) => scene.callOf(each) === call);
      const last = sent.at(-1);
      const bearer = last && bearerIn(last);
      if (!last || !bearer || !isRefusal(last) || isOther(last)) return;
      const isOfNow = tab.state.status === 'signed-in' && tab.createdAt < calledAt && tab.page.lastStillAt < calledAt;
      const isActive = browser.server.familyOfAccessToken(bearer)?.state === 'active';
      if (!isOfNow || !isActive || scene.areClocksWrong || !plan.world.hasLocks || plan.world.repeatsTokens) return;
      // Others that are hopeless count for this address, too.
      const isHopeless = recent(isAlwaysRefused).some(isRefusal) || recent(isRefresh).length > FEW_REFRESHES;
      if (browser.network.isCookieLeftToChance || isHopeless || isRefreshDoubted(last)) return;
      if (sent.length === 1) accuse(`${label} of tab ${tab.page.id} was refused, and nobody refreshed for it`);
    },
  };

  /** A challenge that asks for more than a new token, or a request that has taken effect. */
  function isOther({ answer }: Exchange): boolean {
    return !!answer?.redirectedTo || 'WWW-Authenticate' in (answer?.headers ?? {});
  }

  /** By when the client has heard of them: a page in the back/forward cache hears of an answer on its way back. */
  function recent(which: (exchange: Exchange) => boolean): Exchange[] {
    const { now } = browser.timeline;
    const isRecent = ({ sentAt, heardAt = sentAt }: Exchange) => now - heardAt < REMEMBERED_FOR;
    return browser.network.exchanges.filter((each) => isRecent(each) && which(each));
  }

  /** Whether a replay was refused there, or after another token one of which nobody knew yet that it was accepted. */
  function isRefreshDoubted({ request: { method, path } }: Exchange): boolean {
    const isThere = (each: Exchange) =>
      isForApi(each) && each.request.path === path && each.request.method === method && !!each.answer;
    const there = browser.network.exchanges.filter(isThere);
    const refused = recent((each) => isThere(each) && isRefusal(each));
    const isReplay = (each: Exchange) => there.find((other) => scene.callOf(other) === scene.callOf(each)) !== each;
    const cameBefore = (a: Exchange, b: Exchange) => (a.heardAt ?? Infinity) <= (b.heardAt ?? Infinity);
    const isAccepted = (each: Exchange) => !isRefusal(each) && (each.answer?.status ?? 500) < 500;
    const isSecond = (refusal: Exchange) => {
      const before = there.filter((each) => each !== refusal && cameBefore(each, refusal));
      const isOfIt = (each: Exchange) => bearerIn(each) === bearerIn(refusal);
      return (
        !before.some((each) => isOfIt(each) && isAccepted(each)) &&
        refused.some((each) => before.includes(each) && !isOfIt(each))
      );
    };
    return refused.some(isReplay) || refused.some(isSecond);
  }
};

/** Whatever becomes of the replays: where nothing else is wrong, an address that is always refused costs one refresh. */
export const noRefreshInVain: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  const disturbed = disturbances(scene, /^(signIn|setSession|signOut|refresh|restore)\(/);
  let refusedElsewhereAt = -Infinity;
  return {
    ...disturbed,
    promise: 'An address that refuses new tokens, too, costs no more refreshes',
    onEnd(exchange) {
      disturbed.onEnd(exchange);
      if (isForApi(exchange) && isRefusal(exchange) && !isAlwaysRefused(exchange))
        refusedElsewhereAt = browser.timeline.now;
    },
    onSend(exchange) {
      const { now } = browser.timeline;
      const tab = scene.tabOf(exchange);
      if (!isRefresh(exchange) || !tab || disturbed.isRecent() || now - refusedElsewhereAt < REMEMBERED_FOR) return;
      // A token of a minute or more isn't due so soon.
      const { lifetime, repeatsTokens, hasLocks } = plan.world;
      if (lifetime < 60 || repeatsTokens || !hasLocks || scene.areClocksWrong || mayMistakeHints(plan)) return;
      const own = browser.network.exchanges.filter(
        (each) => isRefresh(each) && each.page === exchange.page && each.sentAt >= tab.createdAt,
      );
      const count = own.filter(({ sentAt }) => now - sentAt < FRUITLESS_FOR).length;
      if (count > MOST_REFRESHES) accuse(`tab ${tab.page.id} has sent ${count} refreshes within half a minute`);
    },
  };
};

/** Who misses a message takes the value that it tells of for somebody else's, and asks the server. */
const mayMistakeHints = (plan: Plan): boolean =>
  isHinted(plan) && (!isMirrored(plan) || plan.world.hint === 'of-rotations');
