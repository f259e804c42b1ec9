/** The option `storage`: what is stored is the newest refresh token, and a new page goes on with it. */

import type { AuthState } from '../../../src/index.ts';
import type { Call, Tab } from '../people/tab.ts';
import { LONGEST_WRITE } from '../world/storage.ts';
import { isMirrored } from './evidence.ts';
import type { RuleMaker, Scene } from './judge.ts';
import { bringersOfNewest, isGoneWithItsPage, isSuperseded, sessionIn } from './refresh-tokens.ts';
import { atRisk } from './tokens-once.ts';

/** Milliseconds in which each tab has heard of a refresh, and has stored what it brought. */
const STORED_WITHIN = 1_000;

/** What a tab finds in its storage under the key that is there for it. */
function storedFor({ plan, browser }: Scene, { page }: Tab): string | undefined {
  const { holder } = plan.world;
  const items = holder === 'body with a storage of each tab' ? page.itemsOfTab : browser.storage.stored;
  const value = [...items].find(([key]) => key.endsWith(' refresh-token'))?.[1];
  return /refresh-token-\d+/.exec(value ?? '')?.[0];
}

/** Elsewhere a tab may have missed a rotation, or a session has been left to chance. */
const isStored = ({ plan, areClocksWrong }: Scene): boolean =>
  plan.world.holder.includes('storage') &&
  plan.world.storage === 'works' &&
  plan.world.hasLocks &&
  isMirrored(plan) &&
  !areClocksWrong;

export const storedSessionGoesOn: RuleMaker = (scene, accuse) => {
  const found = new Map<Call, string>();
  return {
    promise: 'A page goes on with the session that is stored',
    onCall(call) {
      // One that knows who is signed in, or that nobody is, hears of the next session by a message.
      const isUnaware = call.stateAtCall.status === 'restoring';
      const token = call.label === 'restore()' && isUnaware && isStored(scene) && storedFor(scene, call.tab);
      if (token) found.set(call, token);
    },
    onSettled(call) {
      const token = found.get(call);
      const family = scene.browser.server.familyOf(token);
      const { status } = (call.value ?? {}) as Partial<AuthState>;
      if (status !== 'signed-out' || family?.state !== 'active' || isSuperseded(scene, family)) return;
      const isGood = scene.browser.server.newestOf(family) === token && !atRisk.has(family);
      if (isGood && !scene.calls.some(({ label }) => label === 'signOut()'))
        accuse(`tab ${call.tab.page.id} has found a good refresh token, and nobody is signed in`);
    },
  };
};

/** What the client stores of a session, besides its refresh token. */
interface Stored {
  readonly id?: string;
  readonly generation?: number;
}

export const storedIsNewest: RuleMaker = (scene, accuse) => {
  const { browser } = scene;
  /** When something was written last where all tabs read it. */
  let writtenAt = -Infinity;
  return {
    promise: 'What is stored is the newest refresh token',
    onWrite(key, value) {
      if (scene.plan.world.holder !== 'body with a storage that all tabs share' || !key.endsWith(' refresh-token'))
        return;
      const [mine, stored] = [value, browser.storage.stored.get(key) ?? '{}'].map((text) => JSON.parse(text) as Stored);
      // Whoever writes may not see the last write yet.
      const isSeen = browser.timeline.now - writtenAt > 2 * LONGEST_WRITE;
      if (isSeen && mine?.id === stored?.id && Number(mine?.generation) < Number(stored?.generation))
        accuse('an older refresh token takes the place of a newer one');
      writtenAt = browser.timeline.now;
    },
    atRest() {
      if (!isStored(scene)) return;
      for (const tab of scene.tabs.filter(({ page }) => page.isAlive)) {
        const { state } = tab;
        const stored = storedFor(scene, tab);
        if (state.status === 'signed-out' && state.reason === 'signed-out' && stored && !isOfClosedPage())
          accuse(`tab ${tab.page.id} has signed out, and a refresh token is stored`);
        if (isOld(state, stored)) accuse(`tab ${tab.page.id} is signed in, and finds ${stored ?? 'nothing'} stored`);
      }
    },
  };

  /** A page was closed just when it wrote, and nobody knew of its write: it may have landed after the sign-out's removal. */
  function isOfClosedPage(): boolean {
    return browser.pages.some(({ goneAt }) => Math.abs(goneAt - writtenAt) < 2 * LONGEST_WRITE);
  }

  function isOld(state: AuthState, stored: string | undefined): boolean {
    const family = sessionIn(scene, state);
    if (family?.state !== 'active' || atRisk.has(family) || browser.server.newestOf(family) === stored) return false;
    // A page has crashed with the next session: then the mark says that this one is spent.
    if (isSuperseded(scene, family)) return false;
    const bringers = bringersOfNewest(scene, family);
    const isTold = ({ heardAt = Infinity }: (typeof bringers)[number]) =>
      browser.timeline.now - heardAt > STORED_WITHIN;
    return bringers.length > 0 && bringers.every((each) => isTold(each) && !isGoneWithItsPage(scene, each));
  }
};
