/** The client: the only file that constructs the parts and connects them. */

import type { AuthClient, GetAccessTokenOptions, JwtClaims } from './auth-client.js';
import { type AuthClientOptions, checkOptions } from './client-options.js';
import { listen } from './events.js';
import { authorizedFetch, type BearerSession } from './http/authorized-fetch.js';
import { baseUrl } from './page.js';
import { pauseLeft, resetCoolDown, startPause } from './refresh/cool-down.js';
import { createRefreshMemory, forgetAddresses } from './refresh/fruitless-refreshes.js';
import { look, lookLater, watchWakings } from './refresh/refresh-schedule.js';
import { postPause, refresh } from './refresh/refresher.js';
import { callersTenure, noTokenYet, sessionGone, tokenFor } from './refresh/usable-token.js';
import type { AuthState } from './session/auth-state.js';
import { close, createSession } from './session/session.js';
import { hasNewToken, isOpen } from './session/session-record.js';
import { setSession, signIn, signInWithCookie } from './sign/sign-in.js';
import { type EndableSession, sendSignOut, signOut } from './sign/sign-out.js';
import { announce, receive } from './tabs/session-sync.js';
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

  let usersSeen = 0;
  const session: BearerSession & EndableSession = {
    ...settings,
    ...createSession((source, previous) => {
      if (session.tenure !== usersSeen) forgetAddresses(session.refreshMemory);
      usersSeen = session.tenure;
      if (session.closed || hasNewToken(session.record, previous)) resetCoolDown(session);
      if (source === 'this-tab') announce(session);
      look(session);
    }),
    locks: alone ? undefined : globalThis.navigator?.locks,
    channel: alone ? undefined : openTabChannel(settings.name, (data) => receive(session, data)),
    lastTurn: Promise.resolve(),
    failures: 0,
    signIns: 0,
    refreshMemory: createRefreshMemory(),
    onCoolDown: (news) => {
      if (news.ms > pauseLeft(session)) startPause(session, news);
    },
    onAsk: () => postPause(session),
    onFailure: () => lookLater(session),
    onLateCookie: () => sendSignOut(session),
  };
  const unwatch = onServer ? undefined : watchWakings(session);

  const state = () => session.state as AuthState<Claims>;

  async function restore() {
    // In a listener the state may be older than the record.
    const { token, ended } = session.record;
    const outcome = await (token || ended ? 'moved' : refresh(session));
    if (outcome !== 'moved' && state().status === 'restoring') throw outcome;
    return state();
  }

  async function enter(label: string, run: () => Promise<unknown>) {
    if (!session.closed) await run();
    // Also where dispose() came while it waited.
    if (session.closed) throw sessionGone(session, label);
    return state();
  }

  async function refreshNow() {
    const { tenure, record } = session;
    const outcome = record.ended === 'signed-out' ? 'moved' : await refresh(session);
    if (outcome !== 'moved') throw outcome;
    if (session.tenure !== tenure || state().status !== 'signed-in') throw sessionGone(session, 'refresh()');
  }

  async function getAccessToken({ minValidity, signal, refused }: GetAccessTokenOptions = {}) {
    const label = 'getAccessToken()';
    const tenure = await callersTenure(session, signal);
    const token = await tokenFor(session, { label, tenure, minValidity, signal, refused });
    if (token) return token.value;
    // A refresh wouldn't help: there is no better one.
    if (refused && refused === session.record.token?.value) return refused;
    // A sign-in is under way, and nobody waits for it here (see UsableSession).
    if (isOpen(session.record) || state().status === 'restoring') throw noTokenYet(label);
    throw sessionGone(session, label);
  }

  function dispose() {
    session.channel?.close()?.catch(() => {});
    unwatch?.();
    close(session);
  }

  if (onServer) dispose();
  return {
    fetch: (input, init) => authorizedFetch(session, input, init),
    getAccessToken,
    restore: () => quiet(restore()),
    signIn: (request) => enter('signIn()', () => (request ? signIn(session, request) : signInWithCookie(session))),
    setSession: (answer) => enter('setSession()', () => setSession(session, answer)),
    refresh: () => quiet(enter('refresh()', refreshNow)),
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
