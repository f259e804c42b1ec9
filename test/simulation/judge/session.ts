/** P5, P6, P7, P13: how sessions end, and what tabs know of them. */

import type { AuthState } from '../../../src/index.ts';
import type { Tab } from '../people/tab.ts';
import { isInBody } from '../world/holder.ts';
import type { Exchange } from '../world/network.ts';
import { bearerIn, bringsToken, isMirrored, isRefusal } from './evidence.ts';
import type { RuleMaker, Scene } from './judge.ts';
import { isGoneWithItsPage, isLostOnTheWay, isSuperseded, isTokenAtHand, sessionIn } from './refresh-tokens.ts';
import { atRisk } from './tokens-once.ts';

export const onlyTheServerEndsIt: RuleMaker = (scene, accuse) => ({
  promise: 'A session ends only by the server’s verdict or by a sign-out',
  onHeard({ event, detail, before, tab }) {
    if (event !== 'signed-out' || (detail as { reason: string }).reason !== 'expired') return;
    const { browser, plan } = scene;
    // A tab that has missed a message may speak of an earlier session; so may one after a clock was set back.
    if (!isMirrored(plan) || !plan.world.hasLocks || scene.areClocksWrong || browser.network.isCookieLeftToChance)
      return;
    const family = sessionIn(scene, before);
    if (family?.state !== 'active' || atRisk.has(family)) return;
    // Without its refresh token nobody can go on with it.
    if (isTokenAtHand(scene, family) && !isSuperseded(scene, family))
      accuse(`tab ${tab.page.id} says that the session of ${family.user.id} has expired, and the server has it`);
  },
});

/** Reuse alarms end sessions: none may, but for those that the network has put at risk. */
export const noAlarm: RuleMaker = (scene, accuse) => {
  const { browser } = scene;
  let seen = 0;
  return {
    promise: 'No reuse alarm',
    afterEach() {
      for (const { family, token } of browser.server.alarms.slice(seen)) {
        const isLost = browser.network.exchanges.some(
          (each) => each.request.refreshToken === token && (isLostOnTheWay(each) || isGoneWithItsPage(scene, each)),
        );
        if (isLost) atRisk.add(family);
        if (!atRisk.has(family)) accuse(`the session of ${family.user.id} was ended by a reuse alarm`);
      }
      seen = browser.server.alarms.length;
    },
  };
};

const inWords = (state: AuthState): string =>
  state.status === 'signed-in' ? `signed in as ${state.subject}` : state.status;

export const tabsAgree: RuleMaker = (scene, accuse) => ({
  promise: 'Once messages are delivered, all tabs agree',
  atRest() {
    if (!isMirrored(scene.plan) || isKeptFromOthers(scene)) return;
    const states = liveStates(scene).filter(({ tab }) => !hasLostIt(scene, tab.state));
    const [first] = states;
    for (const { tab, said } of states)
      if (first && said !== first.said)
        accuse(`tab ${first.tab.page.id} is ${first.said}, and tab ${tab.page.id} is ${said}`);
  },
});

/** Without a cookie: the newest refresh token has gone with a page, and each tab finds that at its own next refresh. */
const hasLostIt = (scene: Scene, state: AuthState): boolean =>
  state.status === 'signed-out' &&
  state.reason === 'expired' &&
  scene.browser.network.exchanges.some((each) => isGoneWithItsPage(scene, each));

/** Milliseconds. A page that goes so soon after it began or ended a session may have told no other page. */
const TOLD_WITHIN = 100;

/**
 * A page that had just begun signed out by a clock that was set back, and one that heard of a sign-in later takes that for
 * newer, or for as new. Or a late sign-out has taken the cookie of the next user, and a page that was opened meanwhile found
 * none. Without a cookie, too: a page was in WebKit's back/forward cache, and tabs that were opened meanwhile
 * found nobody who has a session; or a page crashed while its user signed in or out, and the others learn of that at their next
 * refresh.
 */
function isKeptFromOthers(scene: Scene): boolean {
  const { plan, browser, calls, areClocksWrong } = scene;
  const isCached = browser.livePages.some(({ lostLocksAt }) => lostLocksAt >= 0);
  const isSignOutLost = calls.some(
    ({ label, tab, calledAt }) => label === 'signOut()' && tab.page.goneAt - calledAt < TOLD_WITHIN,
  );
  const isSignInLost = browser.network.exchanges.some(
    ({ request, page, heardAt = -Infinity }) => request.endpoint === 'login' && page.goneAt - heardAt < TOLD_WITHIN,
  );
  const isSignOutDatedBack =
    areClocksWrong &&
    calls.some(({ label, stateAtCall }) => label === 'signOut()' && stateAtCall.status === 'restoring');
  if (!isInBody(plan.world)) return (isSignOutDatedBack && isSignOutLost) || (isCached && hasLateSignOut(scene));
  return isCached || isSignOutLost || isSignInLost || isSignOutDatedBack;
}

/** Whether the sign-out of a page that has gone was answered after a login, and has taken its cookie. */
function hasLateSignOut({ browser: { network } }: Scene): boolean {
  const isOf = (endpoint: string) => (each: Exchange) => each.request.endpoint === endpoint;
  const logins = network.exchanges.filter(isOf('login'));
  return network.exchanges.filter(isOf('sign-out')).some(({ page, sentAt, endedAt = 0 }) => {
    const isCovered = ({ endedAt: at = Infinity }: Exchange) => at >= sentAt && at <= endedAt;
    return !page.isAlive && logins.some(isCovered);
  });
}

/** Milliseconds: longer than each pause that a server names, than the longest request and the longest backoff. */
const LONGEST_PAUSE = 61_000;

/** Each tab that is shown goes on by itself, without a wake-up and without a call. */
export const noTabIsStuck: RuleMaker = (scene, accuse) => {
  const { browser, plan } = scene;
  /** When a tab began to wait, or has asked the server last. */
  const waitingSince = new Map<Tab, number>();
  let failedAt = -Infinity;
  return {
    promise: 'A tab that is shown gets a token by itself',
    onEnd(exchange) {
      if (exchange.request.endpoint !== 'api' && !bringsToken(exchange)) failedAt = browser.timeline.now;
    },
    onSend(exchange) {
      const tab = scene.tabOf(exchange);
      if (tab && exchange.request.endpoint !== 'api') waitingSince.set(tab, browser.timeline.now);
    },
    afterEach() {
      if (scene.areClocksWrong || !plan.world.hasLocks) return;
      const { now } = browser.timeline;
      // A page that stands still may keep its turn.
      const isHeldUp = !browser.machine.isOnline || browser.livePages.some(({ isFrozen }) => isFrozen);
      for (const tab of scene.tabs) {
        const { page, state } = tab;
        const isShown = page.isAlive && !page.isFrozen && page.document.visibilityState === 'visible';
        if (!isShown || !hasNoToken(state) || isHeldUp) {
          waitingSince.delete(tab);
          continue;
        }
        const since = waitingSince.get(tab) ?? now;
        waitingSince.set(tab, since);
        // Nothing may have happened between the steps that hid it and showed it again.
        if (now - Math.max(since, failedAt, page.shownAt) > LONGEST_PAUSE)
          accuse(`tab ${page.id} has been without a token since ${Math.round(since)} ms, and does nothing`);
      }
    },
  };

  function hasNoToken(state: AuthState): boolean {
    const { expiresAt = Infinity } = state.status === 'signed-in' ? state : {};
    return state.status === 'restoring' || expiresAt < browser.machine.trueNow();
  }
};

export const goodTokenAtRest: RuleMaker = (scene, accuse) => ({
  promise: 'With a reachable server every visible tab knows who is signed in, and has a good token',
  atRest() {
    const { network, server } = scene.browser;
    for (const { tab, said } of liveStates(scene)) {
      if (said === 'restoring') accuse(`tab ${tab.page.id} still doesn't know who is signed in`);
      if (tab.state.status !== 'signed-in') continue;
      const probe = scene.calls.findLast(
        (call) => call.tab === tab && call.request && call.label === 'GET /orders' && call.settledAt !== undefined,
      );
      // It may have learnt only since.
      if (probe?.stateAtCall.status !== 'signed-in') continue;
      // It has learnt by this very request that another user has come.
      if (
        scene.heard.some(({ tab: its, event, at }) => its === tab && event === 'user-changed' && at >= probe.calledAt)
      )
        continue;
      const sent = network.exchanges.findLast((exchange) => scene.callOf(exchange) === probe);
      const family = isInBody(scene.plan.world)
        ? sent && server.familyOfAccessToken(bearerIn(sent) ?? '')
        : server.familyOf(network.cookie);
      // Without a cookie a tab that misses messages may lose the session, until it hears of the next refresh. It may learn
      // that before the request is sent, or after the API has refused its token.
      if ((!sent || isRefusal(sent)) && isInBody(scene.plan.world) && !isMirrored(scene.plan)) continue;
      // The server has ended it, and the tab learns that with this very request.
      if (sent && family?.state !== 'active') continue;
      const isAnswered = server.effects.has(probe.request ?? '');
      if (!isAnswered) accuse(`tab ${tab.page.id} is signed in, and its last request came to nothing: ${told(probe)}`);
    }
  },
});

const liveStates = ({ tabs }: Scene) =>
  tabs.filter(({ page }) => page.isAlive).map((tab) => ({ tab, said: inWords(tab.state) }));

function told(call: { value?: unknown; error?: unknown } | undefined): string {
  if (call?.value instanceof Response) return String(call.value.status);
  return String(call?.error ?? 'it was never sent');
}
