/** P3, P6, P7, P11: a request takes effect once, as it was made, and as nobody else. */

import { bearerIn } from './evidence.ts';
import type { RuleMaker } from './judge.ts';

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
      const isOfServer = sent.at(-1)?.processedAt !== undefined;
      if (effect && effect.times > 1 && !isResent)
        accuse(`${label} of tab ${tab.page.id} took effect ${effect.times} times`);
      if (value instanceof Response && value.ok && isOfServer && !effect)
        accuse(`${label} of tab ${tab.page.id} was answered ${value.status}, and took no effect`);
      if (effect && (effect.body === '') !== (body === '')) accuse(`${label} of tab ${tab.page.id} lost its body`);
      if (effect && body && !effect.body.includes(body))
        accuse(`${label} of tab ${tab.page.id} arrived with the body ${JSON.stringify(effect.body)}, not ${body}`);
    }
  },
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
      const user = server.familyOfAccessToken(bearer)?.user.id ?? 'nobody';
      const { stateAtCall: state, versionAtCall: version, label, tab } = call;
      const isSigningIn = scene.calls.some(
        (each) => each.tab === tab && each.label.startsWith('signIn()') && (each.settledAt ?? Infinity) > call.calledAt,
      );
      if (state.status === 'signed-in' && state.subject !== undefined && state.subject !== user && !isSigningIn)
        accuse(`${label} of tab ${tab.page.id} was made as ${state.subject}, and sent as ${user}`);
      if (state.status === 'signed-out' && !isSigningIn)
        accuse(`${label} of tab ${tab.page.id} was made while signed out, and sent as ${user}`);
      // Tokens that name nobody: the client's own count tells users apart.
      if (state.status !== 'signed-in' || scene.browser.network.isCookieLeftToChance) return;
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
    const family = server.familyOfCookie(network.cookie);
    const hasSignedInSince = scene.calls.some(
      (call) => /^(signIn|setSession)/.test(call.label) && (call.settledAt ?? Infinity) >= calledAt,
    );
    if (family?.state === 'active' && !hasSignedInSince && !scene.wasLoginUnderWay(calledAt))
      accuse(`tab ${tab.page.id} was told that the server has confirmed its sign-out, and the cookie is good`);
  },
});
