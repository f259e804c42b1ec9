/** A token that will be good for a while: at once where there is one, else after the one refresh. */

import {
  type AnyAuthError,
  ConfigurationError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
} from '../errors.js';
import { type AccessToken, dueBeforeExpiry, remaining } from '../session/access-token.js';
import type { Session } from '../session/session.js';
import { abortable } from '../wait.js';
import type { CoolDown } from './cool-down.js';
import type { Refresher } from './refresher.js';

/** Who wants a token, for which session, and until when they wait. */
export interface TokenDemand {
  /** How errors name it: method, origin and path. */
  readonly label: string;
  readonly tenure: number;
  /** Milliseconds that the token must still be good for. */
  readonly minValidity?: number | undefined;
  readonly signal?: AbortSignal | null | undefined;
}

export interface UsableToken {
  /** A good token, `undefined` where nobody is signed in, or a promise where one has to wait. Rejects with an `AuthError`. */
  obtain(demand: TokenDemand): AccessToken | undefined | Promise<AccessToken | undefined>;
  /** After a 401: today's token if it isn't the refused one, else the refreshed one; `undefined`: leave it at the 401. */
  replace(refused: AccessToken, demand: TokenDemand): Promise<AccessToken | undefined>;
  /** How a replay went. If a token that is still young is refused, refreshing doesn't help: not every 401 may cost one. */
  replayed(token: AccessToken, answer: 'accepted' | 'refused'): void;
  /** What to tell a caller whose session is gone. */
  departure(label: string): AnyAuthError;
}

/** A token that expires while its request travels costs a 401 and a replay. */
const TRAVEL_TIME = 5_000;

export function createUsableToken(parts: {
  session: Session;
  refresher: Refresher;
  /** Runs while the API refuses tokens that were only just refreshed. */
  futility: CoolDown;
  refreshAhead: number;
  /** While a sign-in runs in this tab, nobody waits: its own request may come through here. */
  isSigningIn: () => boolean;
}): UsableToken {
  const { session, refresher, futility, refreshAhead, isSigningIn } = parts;

  /** A careless `minValidity`, longer than tokens live, must not refresh at each call: half the lifetime is the most. */
  const margin = (token: AccessToken, minValidity = Math.min(TRAVEL_TIME, dueBeforeExpiry(token, refreshAhead) / 2)) =>
    Math.min(minValidity, token.lifetime / 2);

  async function refreshed(demand: TokenDemand, refused?: AccessToken): Promise<AccessToken | undefined> {
    const outcome = await abortable(refresher.refresh(), demand.signal);
    if (session.tenure() !== demand.tenure) throw departure(demand.label);
    const { token, ended } = session.record();
    if (ended || (token && token !== refused && remaining(token) > 0)) return token;
    const cause = outcome === 'moved' ? undefined : outcome;
    const why = cause?.message ?? 'there is no token yet; try again.';
    throw new RefreshUnavailableError(`${demand.label}: ${why}`, cause?.retryAfter, { cause });
  }

  function departure(label: string) {
    const state = session.state();
    if (session.isClosed()) {
      return new ConfigurationError(`${label}: there is no session on a server, and none after dispose().`);
    }
    if (state.status !== 'signed-out') {
      return new SessionChangedError(`${label} belongs to the session of a user who is no longer signed in.`);
    }
    return state.reason === 'expired'
      ? new SessionExpiredError(`${label}: the server has ended the session; the user must sign in again.`)
      : new SignedOutError(`${label}: nobody is signed in.`);
  }

  return {
    departure,
    obtain(demand) {
      demand.signal?.throwIfAborted();
      if (session.isClosed()) throw departure(demand.label);
      const { token, ended } = session.record();
      const left = token ? remaining(token) : 0;
      if (token && left > margin(token, demand.minValidity)) {
        if (left <= dueBeforeExpiry(token, refreshAhead)) void refresher.refresh();
        return token;
      }
      return ended || isSigningIn() ? token : refreshed(demand);
    },
    async replace(refused, demand) {
      if (session.tenure() !== demand.tenure) throw departure(demand.label);
      const { token } = session.record();
      if (token && token !== refused) return token;
      return futility.remaining() || isSigningIn() ? undefined : refreshed(demand, refused);
    },
    replayed(token, answer) {
      if (answer === 'accepted') futility.reset();
      else if (remaining(token) > token.lifetime / 2 && !futility.remaining()) futility.start();
    },
  };
}
