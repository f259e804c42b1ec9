/** The hint cookie: visitors cost nothing, and what others do with the session is known in every tab. */

import type { Tab } from '../people/tab.ts';
import { LONGEST_NEWS } from '../world/cookies.ts';
import type { Exchange } from '../world/network.ts';
import { bringsToken, isHinted, isMirrored, isRefresh } from './evidence.ts';
import type { RuleMaker } from './judge.ts';

export const visitorsAskNothing: RuleMaker = (scene, accuse) => {
  /** A late sign-out had taken the cookie when the tokens of a login were handed over, say: then its absence says nothing. */
  let hasSignedInWithout = false;
  return {
    promise: 'Where the hint cookie says that nobody is signed in, the server isn’t asked',
    onHeard({ event }) {
      if (event === 'signed-in' && !scene.browser.network.hint) hasSignedInWithout = true;
    },
    onSend(exchange) {
      const tab = scene.tabOf(exchange);
      if (!isRefresh(exchange) || !tab || !isHinted(scene.plan)) return;
      const { hint, hintChangedAt } = scene.browser.network;
      const wasAlwaysSo = !hint && hintChangedAt < tab.createdAt - LONGEST_NEWS;
      const isAsked = scene.calls.some((call) => call.tab === tab && /^(refresh|signIn)\(/.test(call.label));
      // Where others have touched it, the client may have seen a sign-in without it. So may clients of another name, whose
      // sign-out takes it away from those of this name.
      const isUntouched = scene.browser.network.touchedAt < 0 && scene.plan.world.names === 1;
      // Another tab of its own name knows a session, and hasn't reached the server since the cookie went.
      const isTold = scene.heard.some(
        ({ tab: its, event, detail }) => its === tab && event === 'state' && Object(detail).status === 'restoring',
      );
      const { status } = tab.state;
      const isByItself = status === 'restoring' && isUntouched && !isTold;
      if (wasAlwaysSo && !isAsked && !hasSignedInWithout && (status === 'signed-out' || isByItself))
        accuse(`tab ${tab.page.id} of a visitor has asked the server`);
    },
  };
};

/** Milliseconds from an answer to the session that it begins: the word of a sign-out may be on its way. */
const LONGEST_BEGINNING = 1_000;

/** Whether somebody else has set the cookie before the tab could read the one that came with its own token. */
function mayTakeHint(exchange: Exchange, touchedAt: number): boolean {
  const { endedAt = Infinity } = exchange;
  return bringsToken(exchange) && touchedAt >= endedAt && touchedAt - endedAt <= LONGEST_BEGINNING;
}

export const hintIsHeard: RuleMaker = (scene, accuse) => {
  /** Tabs that got their newest token without one: somebody had deleted it. A cookie that isn't there can't go. */
  const withoutHint = new Set<Tab>();
  return {
    promise: 'With a hint cookie each tab knows who has signed in or out elsewhere',
    onHeard({ tab, event }) {
      if (!['signed-in', 'refreshed', 'user-changed'].includes(event)) return;
      if (scene.browser.network.hint) withoutHint.delete(tab);
      else withoutHint.add(tab);
    },
    atRest() {
      const { plan, browser, areClocksWrong } = scene;
      const { network, server } = browser;
      if (!isHinted(plan) || !isMirrored(plan) || areClocksWrong || network.isCookieLeftToChance) return;
      const family = server.familyOf(network.cookie);
      const isActive = family?.state === 'active';
      for (const tab of scene.tabs.filter(({ page }) => page.isAlive)) {
        const { state, page } = tab;
        if (state.status === 'signed-in' && !network.cookie && !network.hint && !withoutHint.has(tab))
          accuse(`tab ${page.id} is signed in, and there is no cookie any more`);
        if (!isActive || !network.hint) continue;
        const whose = server.subjectOf(family);
        const isTaken = network.exchanges.some((each) => each.page === page && mayTakeHint(each, network.touchedAt));
        if (state.status === 'signed-in' && state.subject !== undefined && state.subject !== whose && !isTaken)
          accuse(`tab ${page.id} is ${state.subject}, and the cookie is that of ${whose}`);
        // Signed out stays signed out.
        if (state.status === 'signed-out' && state.reason !== 'signed-out')
          accuse(`tab ${page.id} is ${state.reason}, and the cookie is that of ${whose}`);
      }
    },
  };
};
