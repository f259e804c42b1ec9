/** The client: the only file that constructs the parts and connects them. */

import type { AuthClient, JwtClaims } from './auth-client.js';
import { type AuthClientOptions, baseUrl, checkOptions } from './client-options.js';
import { createEvents } from './events.js';
import { createAuthorizedFetch } from './http/authorized-fetch.js';
import { createTokenScope } from './http/token-scope.js';
import { createCoolDown } from './refresh/cool-down.js';
import { createRefreshSchedule } from './refresh/refresh-schedule.js';
import { createRefresher } from './refresh/refresher.js';
import { callTokenEndpoint } from './refresh/token-endpoint.js';
import { createUsableToken } from './refresh/usable-token.js';
import { createServerClient } from './server-client.js';
import { type AuthState, createSession } from './session/session.js';
import { createSignIn } from './sign/sign-in.js';
import { createSignOut } from './sign/sign-out.js';
import { createSessionSync } from './tabs/session-sync.js';
import { openTabChannel } from './tabs/tab-channel.js';
import { createTabLock } from './tabs/tab-lock.js';

/** How many times `refreshTimeout` a refresh request may take before it is given up. */
const ABANDON_FACTOR = 3;

/**
 * Makes the client; one for the whole app, at module level. Making it asks nothing of the network: call `restore()`, or
 * just `fetch`.
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
  const { refreshTimeout: timeout, refreshAhead, strategy, signOut: signOutEndpoint } = settings;
  const { readTokens, shouldRefresh, tabs = true } = options;
  const fetch: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);
  if (baseUrl() === undefined) return createServerClient(fetch);

  const name = `silent-refresh:${settings.name}`;
  const abandonAfter = timeout * ABANDON_FACTOR;
  const endpoint = settings.refreshUrl ? settings.refreshUrl.origin + settings.refreshUrl.pathname : 'the refresh function';

  const events = createEvents();
  const session = createSession(events);
  const coolDown = createCoolDown();
  const futility = createCoolDown();
  session.watch(() => coolDown.reset());
  const lock = createTabLock(name, abandonAfter, tabs ? globalThis.navigator?.locks : undefined);
  const sync = createSessionSync({
    session,
    lock,
    openChannel: (receive) => (tabs ? openTabChannel(name, receive) : undefined),
    onCoolDown: coolDown.start,
  });
  const refresher = createRefresher({
    session,
    sync,
    lock,
    coolDown,
    events,
    endpoint,
    timeout,
    abandonAfter,
    callEndpoint: (signal) => callTokenEndpoint(strategy, { fetch, signal }, readTokens, session.record().token),
  });
  const schedule = createRefreshSchedule({ session, refresher, coolDown, sync, events, refreshAhead });
  const signing = createSignIn({ session, sync, lock, timeout, readTokens });
  const signOut = createSignOut({ session, lock, fetch, timeout, endpoint: signOutEndpoint });
  const { isSigningIn } = signing;
  const tokens = createUsableToken({ session, refresher, futility, refreshAhead, isSigningIn });
  const authEndpoints = [settings.refreshUrl, signOutEndpoint?.url].filter((url) => url !== undefined);
  const scope = createTokenScope(settings.allowed, globalThis.location?.origin, authEndpoints);
  const authorizedFetch = createAuthorizedFetch({ fetch, base: baseUrl, scope, session, tokens, shouldRefresh, events });

  const state = () => session.state() as AuthState<Claims>;

  async function restore() {
    const outcome = session.state().status === 'restoring' ? await refresher.refresh() : 'moved';
    if (outcome !== 'moved' && session.state().status === 'restoring') throw outcome;
    return state();
  }

  async function refresh() {
    if (session.record().ended === 'signed-out') throw tokens.departure('refresh()');
    const outcome = await refresher.refresh();
    if (outcome !== 'moved') throw outcome;
    if (session.state().status === 'signed-out') throw tokens.departure('refresh()');
    return state();
  }

  function dispose() {
    schedule.dispose();
    sync.dispose();
    session.close();
    lock.dispose();
    coolDown.reset();
    futility.reset();
  }

  return {
    fetch: authorizedFetch,
    async getAccessToken({ minValidity, signal } = {}) {
      const demand = { label: 'getAccessToken()', tenure: session.tenure(), minValidity, signal };
      const token = await tokens.obtain(demand);
      if (!token) throw tokens.departure(demand.label);
      return token.value;
    },
    restore: () => quiet(restore()),
    signIn: async (request) => {
      await signing.signIn(request);
      return state();
    },
    setSession: async (answer) => {
      await signing.setSession(answer);
      return state();
    },
    refresh: () => quiet(refresh()),
    signOut,
    getState: state,
    subscribe: session.subscribe,
    on: events.on,
    dispose,
    [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: dispose,
  } as AuthClient<Claims>;
}

/** For calls that apps make without waiting for them: a failure also shows in the state and in an event. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
