/** The client: the only file that constructs the parts and connects them. */

import type { AuthClient, JwtClaims } from './auth-client.js';
import { type AuthClientOptions, checkOptions } from './client-options.js';
import { createEvents } from './events.js';
import { createAuthorizedFetch } from './http/authorized-fetch.js';
import { createTokenScope } from './http/token-scope.js';
import { baseUrl } from './page.js';
import { createCoolDown } from './refresh/cool-down.js';
import { createRefreshSchedule } from './refresh/refresh-schedule.js';
import { createRefresher } from './refresh/refresher.js';
import { callTokenEndpoint } from './refresh/token-endpoint.js';
import { createUsableToken } from './refresh/usable-token.js';
import { type AuthState, createSession } from './session/session.js';
import { createSignIn } from './sign/sign-in.js';
import { createSignOut } from './sign/sign-out.js';
import { createSessionSync } from './tabs/session-sync.js';
import { openTabChannel } from './tabs/tab-channel.js';
import { createTabLock } from './tabs/tab-lock.js';

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
  const alone = onServer || options.tabs === false;
  const name = `silent-refresh:${settings.name}`;
  const fetch: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);

  const events = createEvents();
  const session = createSession(events);
  const coolDown = createCoolDown();
  const futility = createCoolDown();
  const lock = createTabLock(name, alone ? undefined : globalThis.navigator?.locks);
  const { readTokens, shouldRefresh } = options;
  const parts = { ...settings, fetch, readTokens, shouldRefresh, events, session, coolDown, futility, lock };

  const sync = createSessionSync({
    ...parts,
    openChannel: (receive) => (alone ? undefined : openTabChannel(name, receive)),
    onCoolDown: coolDown.start,
  });
  const refresher = createRefresher({
    ...parts,
    sync,
    callEndpoint: (signal) => callTokenEndpoint(settings.strategy, { fetch, signal }, readTokens),
    onFailure: () => schedule.lookLater(),
  });
  // Before the schedule looks: a pause that the change has ended must not hold up the next refresh.
  session.watch(() => coolDown.reset());
  const schedule = createRefreshSchedule({ ...parts, sync, refresher });
  const { signIn, setSession, isSigningIn } = createSignIn({ ...parts, sync });
  const tokens = createUsableToken({ ...parts, refresher, isSigningIn });
  const scope = createTokenScope(settings.allowed, globalThis.location?.origin, settings.authUrls);

  const state = () => session.state() as AuthState<Claims>;

  async function restore() {
    // In a listener the state may be older than the record.
    const { token, ended } = session.record();
    const outcome = await (token || ended ? 'moved' : refresher.refresh());
    if (outcome !== 'moved' && state().status === 'restoring') throw outcome;
    return state();
  }

  async function refresh() {
    const { ended } = session.record();
    const outcome = ended === 'signed-out' || session.isClosed() ? 'moved' : await refresher.refresh();
    if (outcome !== 'moved') throw outcome;
    if (session.isClosed() || state().status !== 'signed-in') throw tokens.departure('refresh()');
    return state();
  }

  async function enter(label: string, run: () => Promise<void>) {
    if (!session.isClosed()) await run();
    // Also where dispose() came while it waited.
    if (session.isClosed()) throw tokens.departure(label);
    return state();
  }

  function dispose() {
    for (const part of [schedule, sync, session, lock, coolDown, futility]) part.dispose();
  }

  if (onServer) dispose();
  return {
    fetch: createAuthorizedFetch({ ...parts, scope, tokens }),
    async getAccessToken({ minValidity, signal } = {}) {
      const demand = { label: 'getAccessToken()', tenure: session.tenure(), minValidity, signal };
      const token = await tokens.obtain(demand);
      if (!token) throw tokens.departure(demand.label);
      return token.value;
    },
    restore: () => quiet(restore()),
    signIn: (request) => enter('signIn()', () => signIn(request)),
    setSession: (answer) => enter('setSession()', () => setSession(answer)),
    refresh: () => quiet(refresh()),
    signOut: onServer ? async () => ({ serverConfirmed: false }) : createSignOut(parts),
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
