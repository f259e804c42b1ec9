/** The client: the only file that constructs the parts and connects them. */

import type { AuthClient, GetAccessTokenOptions, JwtClaims } from './auth-client.js';
import { type AuthClientOptions, checkOptions } from './client-options.js';
import { listen } from './events.js';
import { authorizedFetch, type BearerSession } from './http/authorized-fetch.js';
import { setSession, signIn, signInWithCookie } from './lifecycle/sign-in.js';
import { type EndableSession, sendSignOut, signOut } from './lifecycle/sign-out.js';
import { baseUrl } from './page.js';
import { pauseLeft, resetCoolDown, startPause } from './refresh/cool-down.js';
import { createFruitlessRefreshes, forgetAddresses } from './refresh/fruitless-refreshes.js';
import { refreshIfDue, retryLater, watchPageWakeUps } from './refresh/refresh-schedule.js';
import { postPause, refresh } from './refresh/refresher.js';
import { noTokenYetError, sessionGoneError, tokenFor, userVersionOfCall } from './refresh/usable-token.js';
import type { AuthState } from './session/public-state.js';
import { closeSession, createSession } from './session/session.js';
import { hasNewToken, isOpen } from './session/session-record.js';
import { postChange, receiveMessage } from './tabs/session-sync.js';
import { openTabChannel } from './tabs/tab-channel.js';

/**
 * Makes the client; one for the whole app, at module level. Making it asks nothing of the network: call `restore()`, or
 * just `fetch`. On a server it is inert: it opens and keeps nothing, and whatever needs a session is refused.
 *
 * @typeParam Claims the payload of your access tokens; it is decoded, not verified
 * @throws {@link ConfigurationError} naming the option that makes no sense
 *
 * @example
 * export const auth = createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout' });
 * const response = await auth.fetch('/api/orders');
 */
export function createAuthClient<Claims extends object = JwtClaims>(options: AuthClientOptions): AuthClient<Claims> {
  const settings = checkOptions(options);
  const onServer = baseUrl() === undefined;
  const alone = onServer || !settings.sharesTabs;

  let lastUserVersion = 0;
  const session: BearerSession & EndableSession = {
    ...settings,
    ...createSession((source, previous) => {
      if (session.userVersion !== lastUserVersion) forgetAddresses(session.fruitless);
      lastUserVersion = session.userVersion;
      if (session.closed || hasNewToken(session.record, previous)) resetCoolDown(session);
      if (source === 'this-tab') postChange(session);
      refreshIfDue(session);
    }),
    locks: alone ? undefined : globalThis.navigator?.locks,
    channel: alone ? undefined : openTabChannel(settings.name, (data) => receiveMessage(session, data)),
    queue: Promise.resolve(),
    failures: 0,
    signInsUnderWay: 0,
    fruitless: createFruitlessRefreshes(),
    onPeerPause: (news) => {
      if (news.ms > pauseLeft(session)) startPause(session, news);
    },
    onPeerAsks: () => postPause(session),
    onFailure: () => retryLater(session),
    onLateCookie: () => sendSignOut(session),
  };
  const unwatch = onServer ? undefined : watchPageWakeUps(session);

  const state = () => session.state as AuthState<Claims>;

  async function restore() {
    // In a listener the state may be older than the record.
    const { token, ended } = session.record;
    const outcome = await (token || ended ? 'changed' : refresh(session));
    if (outcome !== 'changed' && state().status === 'restoring') throw outcome;
    return state();
  }

  async function thenState(label: string, run: () => Promise<unknown>) {
    if (!session.closed) await run();
    // Also where dispose() came while it waited.
    if (session.closed) throw sessionGoneError(session, label);
    return state();
  }

  async function refreshNow() {
    const { userVersion, record } = session;
    const outcome = record.ended === 'signed-out' ? 'changed' : await refresh(session);
    if (outcome !== 'changed') throw outcome;
    if (session.userVersion !== userVersion || state().status !== 'signed-in')
      throw sessionGoneError(session, 'refresh()');
  }

  async function getAccessToken({ minValidity, signal, refused }: GetAccessTokenOptions = {}) {
    const label = 'getAccessToken()';
    const userVersion = await userVersionOfCall(session, signal);
    const token = await tokenFor(session, { label, userVersion, minValidity, signal, refused });
    if (token) return token.value;
    // A refresh wouldn't help: there is no better one.
    if (refused && refused === session.record.token?.value) return refused;
    // A sign-in is under way, and nobody waits for it here (see UsableSession).
    if (isOpen(session.record) || state().status === 'restoring') throw noTokenYetError(label);
    throw sessionGoneError(session, label);
  }

  function dispose() {
    session.channel?.close()?.catch(() => {});
    unwatch?.();
    closeSession(session);
  }

  if (onServer) dispose();
  return {
    fetch: (input, init) => authorizedFetch(session, input, init),
    getAccessToken,
    restore: () => quiet(restore()),
    signIn: (request) => thenState('signIn()', () => (request ? signIn(session, request) : signInWithCookie(session))),
    setSession: (answer) => thenState('setSession()', () => setSession(session, answer)),
    refresh: () => quiet(thenState('refresh()', refreshNow)),
    signOut: () => signOut(session),
    getState: state,
    subscribe: (listener) => listen(session, 'state', listener),
    on: (event, listener) => listen(session, event, listener),
    dispose,
    [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: dispose,
  } as AuthClient<Claims>;
}

/** For calls that apps make without waiting for them: a failure also shows in the state and in an event. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
