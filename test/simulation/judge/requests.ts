/** P3, P6, P7, P11: a request takes effect once, as it was made, and as nobody else. */

import type { Call } from '../people/tab.ts';
import type { Exchange } from '../world/network.ts';
import { bearerIn, isMirrored, isOrphan, isRefresh, isRefusal, isUnmarked, orphanWait } from './evidence.ts';
import type { RuleMaker, Scene } from './judge.ts';

export const onceAndUnchanged: RuleMaker = ({ browser, calls }, accuse) => ({
  promise: 'A request takes effect at most once, and with the body that it was given',
  atRest() {
    for (const { label, request, body, value, tab } of calls) {
      if (!request) continue;
      const effect = browser.server.effects.get(request);
      const sent = browser.network.exchanges.filter(
        (exchange) => exchange.request.headers.get('x-request-number') === request,
      );
      const isResent = sent.some((exchange) => exchange.isResent);
      const last = sent.at(-1);
      const isAccepted = last?.processedAt !== undefined && !isRefusal(last);
      if (effect && effect.times > 1 && !isResent)
        accuse(`${label} of tab ${tab.page.id} took effect ${effect.times} times`);
      if (value instanceof Response && value.ok && isAccepted && !effect)
        accuse(`${label} of tab ${tab.page.id} was answered ${value.status}, and took no effect`);
      if (effect && (effect.body === '') !== (body === '')) accuse(`${label} of tab ${tab.page.id} lost its body`);
      if (effect && body && !effect.body.includes(body))
        accuse(`${label} of tab ${tab.page.id} arrived with the body ${JSON.stringify(effect.body)}, not ${body}`);
    }
  },
});

/** Whether the cookie of a page that has gone came after a login or sign-out, and nobody could wait for it so long. */
function hasCovered(endpoint: 'login' | 'sign-out', scene: Scene, refresh: Exchange): boolean {
  const { endedAt, sentAt } = refresh;
  if (!isRefresh(refresh) || endedAt === undefined || !isOrphan(refresh)) return false;
  const awaitedUntil = sentAt + (isUnmarked(scene, refresh) ? 0 : orphanWait(scene, refresh));
  return scene.browser.network.exchanges.some(
    (each) => each.request.endpoint === endpoint && each.sentAt > awaitedUntil && (each.endedAt ?? Infinity) < endedAt,
  );
}

/** Whether a client was disposed of, or its page frozen, in mid-login: the cookie came when nobody could tell of it. */
const wasLeftInMidLogin = ({ calls }: Scene): boolean =>
  calls.some(({ label, error }) => label.startsWith('signIn(') && Object(error).code === 'configuration') ||
  calls.some(({ label, tab: { page }, calledAt, settledAt = Infinity }) => {
    const isLogin = /^(signIn|setSession)\(\w/.test(label);
    return isLogin && page.lastStillAt >= calledAt && page.lastStillAt <= settledAt;
  });

export const asNobodyElse: RuleMaker = (scene, accuse) => {
  const { server } = scene.browser;
  /** Whose tokens the requests of one user version have borne, by client. */
  const usersOf = new Map<object, Map<number, string>>();
  return {
    promise: 'A request is sent as the user who made it',
    onSend(exchange) {
      const bearer = bearerIn(exchange);
      const call = scene.callOf(exchange);
      if (!bearer || !call) return;
      const family = server.familyOfAccessToken(bearer);
      const user = family ? server.subjectOf(family) : 'nobody';
      const { stateAtCall: state, versionAtCall: version, label, tab } = call;
      const isSigningIn = scene.calls.some(
        (each) => each.tab === tab && each.label.startsWith('signIn()') && (each.settledAt ?? Infinity) > call.calledAt,
      );
      if (state.status === 'signed-in' && state.subject !== undefined && state.subject !== user && !isSigningIn)
        accuse(`${label} of tab ${tab.page.id} was made as ${state.subject}, and sent as ${user}`);
      if (state.status === 'signed-out' && !isSigningIn)
        accuse(`${label} of tab ${tab.page.id} was made while signed out, and sent as ${user}`);
      // Tokens that name nobody: the client's own count tells users apart.
      // Where tabs can't hear each other, or can't tell the later one of two sign-ins, nobody can.
      const isMixedUp =
        scene.areClocksWrong ||
        !scene.plan.world.hasLocks ||
        scene.browser.network.isCookieLeftToChance ||
        wasLeftInMidLogin(scene) ||
        scene.browser.network.exchanges.some((each) => hasCovered('login', scene, each));
      if (state.status !== 'signed-in' || !isMirrored(scene.plan) || isMixedUp) return;
      const users = usersOf.get(tab.auth) ?? new Map<number, string>();
      usersOf.set(tab.auth, users);
      const before = users.get(version) ?? user;
      users.set(version, before);
      if (before !== user && !isSigningIn)
        accuse(`${label} of tab ${tab.page.id} was made in the session of ${before}, and sent as ${user}`);
    },
  };
};

export const noTokenAfterSignOut: RuleMaker = (scene, accuse) => ({
  promise: 'Signed out stays signed out',
  onSend(exchange) {
    const tab = scene.tabOf(exchange);
    if (exchange.request.endpoint !== 'api' || !tab || !bearerIn(exchange)) return;
    const { status } = tab.state;
    if (status !== 'signed-in') accuse(`tab ${tab.page.id} sent a token while it was ${status}`);
  },
  onCall({ label, tab }) {
    if (label !== 'signOut()') return;
    queueMicrotask(() => {
      const { status } = tab.state;
      if (status !== 'signed-out') accuse(`tab ${tab.page.id} was ${status} right after signOut()`);
    });
  },
  onSettled({ label, tab, value, calledAt }) {
    if (label !== 'signOut()' || !(value as { serverConfirmed: boolean }).serverConfirmed) return;
    const { network, server } = scene.browser;
    const family = server.familyOf(network.cookie);
    if (network.exchanges.some((each) => hasCovered('sign-out', scene, each))) return;
    if (family?.state === 'active' && !hasSignedInSince(scene, calledAt) && !scene.wasLoginUnderWay(calledAt))
      accuse(`tab ${tab.page.id} was told that the server has confirmed its sign-out, and the cookie is good`);
  },
});

/** Also where a sign-in was under way: they have crossed. */
const hasSignedInSince = ({ calls }: Scene, since: number): boolean =>
  calls.some(({ label, settledAt = Infinity }) => /^(signIn|setSession)/.test(label) && settledAt >= since);

/** Where the server could be reached, the cookie is gone, whatever answers landed late. */
export const signOutIsTheLastWord: RuleMaker = (scene, accuse) => {
  const { browser, calls, plan } = scene;
  let isDisturbed = false;
  return {
    promise: 'A sign-out is the last word',
    onEnd({ request, end, answer, keepalive, page }) {
      // A sign-out that nobody could send, or nobody could hear of.
      if (request.endpoint === 'sign-out' && (end !== 'answered' || answer?.status !== 204)) isDisturbed = true;
      if (keepalive && !page.isAlive) isDisturbed = true;
    },
    afterEach() {
      isDisturbed ||=
        browser.livePages.some(({ isFrozen }) => isFrozen) || browser.pages.some(({ isAlive }) => !isAlive);
    },
    atRest() {
      const last = calls.findLast(({ label }) => /^(signOut|signIn|setSession)/.test(label));
      const family = browser.server.familyOf(browser.network.cookie);
      if (isDisturbed || !isMirrored(plan) || !plan.world.hasLocks || browser.network.isCookieLeftToChance) return;
      // A new tab learns within a second that the others' sessions seem to be of the future. Meanwhile one may begin anew.
      // Or it knows of an earlier session only, from a tab that hasn't heard of the newest one.
      const isUnaware = last && (hasCrossed(last) || last.stateAtCall.status === 'signed-in');
      if (scene.areClocksWrong && isUnaware && last.calledAt - last.tab.createdAt < 1_000) return;
      if (last && hasSignedInSince(scene, last.calledAt)) return;
      if (last?.label === 'signOut()' && family?.state === 'active' && !scene.wasLoginUnderWay(last.calledAt))
        accuse(`tab ${last.tab.page.id} has signed out, and the cookie is good`);
    },
  };

  /** A refresh of another tab has ended before that tab can have heard of the sign-out. */
  function hasCrossed({ tab, calledAt }: Call): boolean {
    const isAnswered = (each: Exchange) => (each.endedAt ?? 0) > calledAt && (each.endedAt ?? 0) < calledAt + 1_000;
    return browser.network.exchanges.some((each) => isRefresh(each) && each.page !== tab.page && isAnswered(each));
  }
};
