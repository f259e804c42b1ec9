/** P5, P12: what callers are told, and when. */

import type { Call, Tab } from '../people/tab.ts';
import type { Exchange } from '../world/network.ts';
import { bringsToken, isMirrored } from './evidence.ts';
import type { RuleMaker } from './judge.ts';

/** Milliseconds: the option `refreshTimeout`. */
const REFRESH_TIMEOUT = 10_000;
/** Milliseconds for which a failure explains that callers get an error: a named pause, and the longest request. */
const EXPLAINS_FOR = 60_000;
/** So many short pauses in a row, before any success, fit into the time that callers wait: the client's own part grows. */
const FEW = 2;
/** Milliseconds for which the lock is kept after an answer, until the mark of the handover stands. */
const JUST_BEFORE = 100;
/** Milliseconds: an answer that takes longer may leave callers without a token. */
const SLOW = 3_000;

/** A caller gets `refresh-unavailable` only if something is unavailable, and not for what the server calls a short pause. */
export const noErrorWithoutFailure: RuleMaker = (scene, accuse) => {
  const { browser } = scene;
  let explainedUntil = -1;
  let shortPauses: Exchange[] = [];
  const explain = () => {
    explainedUntil = browser.timeline.now + EXPLAINS_FOR;
  };
  return {
    promise: 'Callers get no error while the auth server can be reached, and none for a pause that it calls short',
    onEnd(exchange) {
      if (exchange.request.endpoint === 'api') return;
      if (isShortPause(exchange)) shortPauses.push(exchange);
      if (bringsToken(exchange)) shortPauses = shortPauses.filter((each) => isCountedAfter(exchange, each));
      if (isGrave(exchange) || shortPauses.length > FEW) explain();
    },
    afterEach() {
      const isDisturbed = !browser.machine.isOnline || browser.network.isCookieLeftToChance;
      if (isDisturbed) explain();
    },
    onHeard({ event, tab }) {
      // A page that stood still tells the others late.
      if (event === 'refresh-failed' && browser.timeline.now - tab.page.lastStillAt < JUST_BEFORE) explain();
    },
    onSettled({ label, tab, error, calledAt }) {
      const { code, message } = (error ?? {}) as { code?: string; message?: string };
      if (code !== 'refresh-unavailable' || scene.areClocksWrong || !scene.plan.world.hasLocks) return;
      const isSlowNow = browser.network.exchanges.some(isSlowToEnd);
      const isCallerDazed = tab.page.lastStillAt >= 0 && browser.timeline.now - tab.page.lastStillAt < EXPLAINS_FOR;
      if (
        isSlowNow ||
        isCallerDazed ||
        scene.calls.some(isStopped) ||
        browser.timeline.now < explainedUntil ||
        // A call during a sign-in of its own tab doesn't wait: it may be made for that sign-in.
        isSigningIn(tab, calledAt) ||
        tab.createdAt > calledAt ||
        tab.page.isLeavingInWebKit
      )
        return;
      const waited = browser.timeline.now - calledAt;
      accuse(`${label} of tab ${tab.page.id} failed after ${Math.round(waited)} ms: ${message}`);
    },
  };

  /** A tab that has missed the news of a success counts on: for a while, or where messages are lost until its own one. */
  function isCountedAfter(success: Exchange, { page, endedAt = 0 }: Exchange): boolean {
    const hasMissedIt = !isMirrored(scene.plan) && page !== success.page && page.isAlive;
    return hasMissedIt || browser.timeline.now - endedAt < 2 * REFRESH_TIMEOUT;
  }

  function isSigningIn(tab: Tab, since: number): boolean {
    const isOfTab = (call: Call) => call.tab === tab && call.label.startsWith('signIn(');
    return scene.calls.some((call) => isOfTab(call) && call.calledAt <= since && (call.settledAt ?? Infinity) >= since);
  }

  /** A page that stands still in the middle of a sign-out, say, keeps its turn, even before its request is sent. */
  function isStopped({ label, tab: { page }, calledAt, settledAt }: Call): boolean {
    const takesTurn = /^(signOut|signIn|setSession)\(/.test(label);
    return takesTurn && page.isAlive && page.isFrozen && calledAt <= page.lastStillAt && settledAt === undefined;
  }

  /** A page that stands still keeps its turn for as long as it can't take its answer. */
  function isSlowToEnd({ end, endedAt = 0, heardAt = Infinity, sentAt, request, page }: Exchange): boolean {
    if (request.endpoint === 'api') return false;
    // It has gone on just now: whoever was in line behind it may have waited for as long as they do.
    const { now } = browser.timeline;
    if (heardAt <= now && heardAt - endedAt > SLOW && now - heardAt < REFRESH_TIMEOUT) return true;
    const { isFrozen, isAlive, lastStillAt, frozenAt, goneAt } = page;
    const keptItsTurn = frozenAt >= heardAt && frozenAt - heardAt < JUST_BEFORE;
    if (!isFrozen && keptItsTurn && now - lastStillAt < REFRESH_TIMEOUT) return true;
    // So may whoever was in line behind one that has gone while it stood still.
    if (isFrozen && !isAlive) return now - goneAt < REFRESH_TIMEOUT;
    if (isAlive && isFrozen) return !end || heardAt >= lastStillAt - JUST_BEFORE;
    return !end && browser.timeline.now - sentAt > SLOW;
  }

  function isShortPause({ answer, end }: Exchange): boolean {
    const { status = 0, headers } = answer ?? {};
    return end === 'answered' && [429, 503].includes(status) && Number(headers?.['Retry-After'] ?? 99) <= 1;
  }

  function isGrave(exchange: Exchange): boolean {
    const { answer, end, endedAt = 0, sentAt, page } = exchange;
    const { status = 0, body } = answer ?? {};
    const isFine =
      end === 'answered' &&
      typeof body !== 'string' &&
      (status === 200 || status === 204 || status === 401 || isShortPause(exchange));
    return !isFine || endedAt - sentAt > SLOW || !page.isAlive;
  }
};

/** Milliseconds that a call takes at most, by what is called: its wait for the turn, and its request. */
const LONGEST: Readonly<Record<string, number>> = {
  'restore()': 2 * REFRESH_TIMEOUT,
  'refresh()': 2 * REFRESH_TIMEOUT,
  'getAccessToken()': 2 * REFRESH_TIMEOUT,
  'signOut()': 3 * REFRESH_TIMEOUT,
};

/** Each caller is told in time, whatever hangs. */
export const toldInTime: RuleMaker = ({ browser }, accuse) => ({
  promise: 'Each wait has a deadline',
  onSettled({ label, tab, calledAt }) {
    const longest = LONGEST[label] ?? Infinity;
    const took = browser.timeline.now - calledAt;
    // The time of a page that isn't shown, or stands still, doesn't count.
    if (took > longest + 1_000 && tab.page.lastStillAt < calledAt)
      accuse(`${label} of tab ${tab.page.id} took ${Math.round(took)} ms`);
  },
});

/** A challenge that a refresh can't meet reaches the app, also where the replay meets it. */
export const challengesAreTold: RuleMaker = (scene, accuse) => ({
  promise: 'The app hears of each challenge',
  onSettled({ label, tab, value, calledAt }) {
    // A client that is gone tells nobody.
    if (tab.createdAt >= calledAt) return;
    if (!(value instanceof Response) || !value.headers.get('www-authenticate')) return;
    const told = scene.heard.filter((heard) => heard.tab === tab && heard.event === 'challenge').length;
    const met = scene.calls.filter(
      (call) =>
        call.tab === tab &&
        call.calledAt >= tab.createdAt &&
        call.value instanceof Response &&
        call.value.headers.has('www-authenticate'),
    ).length;
    if (told < met) accuse(`${label} of tab ${tab.page.id} met a challenge, and no event told the app`);
  },
});
