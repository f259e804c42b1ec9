/** What a client remembers of its refreshes, and the parts of the client that a refresh works on. */

import type { Deadlines } from '../deadlines.js';
import { RefreshUnavailableError } from '../errors.js';
import type { Session } from '../session/session.js';
import type { Tabs } from '../tabs/tabs.js';
import type { Gate, Instant } from '../wait.js';
import { type CoolDown, createCoolDown, type Pause, pauseLeft } from './cool-down.js';
import { createFruitlessRefreshes, type FruitlessRefreshes } from './fruitless-refreshes.js';
import type { TokenEndpoint } from './token-endpoint.js';

export interface Refreshing {
  readonly coolDown: CoolDown;
  readonly fruitless: FruitlessRefreshes;
  readonly schedule: Schedule;
  /** The flight of now; one that began before the last change is over, though its promise may not have settled. */
  flight: Flight | undefined;
  /** The request under way, also one whose flight is over. Settles when its answer has been dealt with, or its time is up. */
  call: Promise<void> | undefined;
  /** The token endpoint has answered, whatever it said. */
  hasAnswered: boolean;
  /** The id of the session that began with a sign-in here: whether its cookie was kept shows at its first refresh. */
  unprovenSession: string | undefined;
  /** Settles when the refresh token has been stored, where it is. */
  kept: Promise<void>;
  /** Called when the callers that waited got an error. */
  readonly onFailure: () => void;
  /**
   * Called under the lock, when a cookie or a refresh token has come that a sign-out should have ended. `wasOvertaken`:
   * that sign-out has been sent already.
   */
  readonly onLateGrant: (refreshToken: string | undefined, wasOvertaken: boolean) => Promise<unknown>;
}

/** One refresh, for all who ask for one meanwhile. */
export interface Flight {
  /** The gate of the change that ends it. */
  readonly change: Gate;
  outcome: Promise<RefreshOutcome>;
  /** The pause whose end it has waited for, if any. */
  pause: Pause | undefined;
  /** A 401 has asked for it: once it is sent, it counts. */
  isFor401: boolean;
  /** Nobody has asked for it but the hint cookie: if that tells nothing new any more, nothing is sent. */
  isForHint: boolean;
  /** Its request has been sent. */
  isSent: boolean;
}

export interface Schedule {
  /** Somebody has asked for a restore, in vain. */
  isRestoreWanted: boolean;
  /** The page is back from the back/forward cache, and the other tabs have been asked what it has missed. */
  isCatchingUp: boolean;
  /** Milliseconds by which the token of now is refreshed earlier than it would be due. */
  spread: number;
  stopTimer: (() => void) | undefined;
  /** When the server was last asked because of the hint cookie, and nothing was new. */
  fruitlessHint: Instant | undefined;
}

/** When the session has changed, callers look at it again: the outcome doesn't say how it changed. */
export type RefreshOutcome = 'changed' | RefreshUnavailableError;

export interface RefreshSettings {
  readonly tokenEndpoint: TokenEndpoint;
  /** Milliseconds before expiry at which a visible tab refreshes. */
  readonly refreshAhead: number;
  readonly deadlines: Deadlines;
}

/** What a refresh works on. */
export interface RefreshParts {
  readonly settings: RefreshSettings;
  readonly session: Session;
  readonly tabs: Tabs;
  readonly refreshing: Refreshing;
}

export const createRefreshing = (
  onHopeless: FruitlessRefreshes['onHopeless'],
  callbacks: Pick<Refreshing, 'onFailure' | 'onLateGrant'>,
): Refreshing => ({
  coolDown: createCoolDown(),
  fruitless: createFruitlessRefreshes(onHopeless),
  schedule: { isRestoreWanted: false, isCatchingUp: false, spread: 0, stopTimer: undefined, fruitlessHint: undefined },
  flight: undefined,
  call: undefined,
  hasAnswered: false,
  unprovenSession: undefined,
  kept: Promise.resolve(),
  ...callbacks,
});

/** The error of a refresh that brought nothing, though the session may well be there. */
export function unavailable(
  { settings, refreshing }: Pick<RefreshParts, 'settings' | 'refreshing'>,
  why: string,
  cause?: unknown,
) {
  const { coolDown } = refreshing;
  const left = pauseLeft(coolDown);
  const when = left ? ` in ${Math.ceil(left / 1_000)} s` : '';
  const retryable = !coolDown.isPermanent;
  const advice = retryable ? `try again${when}` : 'trying again is of no use until that is put right';
  return new RefreshUnavailableError(
    `${settings.tokenEndpoint.label} can't refresh just now: ${why}. Nobody was signed out; ${advice}.`,
    left || undefined,
    { cause, retryable },
  );
}
