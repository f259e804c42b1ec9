/** How long to leave a server alone: as long as it says, else exponential backoff with full jitter and a floor. */

import { elapsed, type Gate, gate, type Instant, now } from '../wait.js';

export interface CoolDown {
  /** Since the last success, in this tab or another. */
  failures: number;
  /** Those among them that this tab has met itself, and for which the server has named a pause. */
  namedFailures: number;
  /** The last answer said that waiting doesn't help: something is set up wrongly. */
  isPermanent?: boolean | undefined;
  pause?: Pause | undefined;
}

export const createCoolDown = (): CoolDown => ({ failures: 0, namedFailures: 0, pause: undefined });

export interface Pause {
  readonly length: number;
  readonly since: Instant;
  /** Whether the server has set the length (`Retry-After`). */
  readonly isNamed: boolean;
  /** The server has surely not spent the refresh token: waiting callers may try again after the pause. */
  readonly mayRetry: boolean;
  /** Opens if it ends early. */
  readonly end: Gate;
}

/** Milliseconds: the shortest pause. */
export const LEAST_PAUSE = 1_000;
/** Milliseconds: the longest pause that the server hasn't set. */
const CEILING = 30_000;

/** What begins a pause. */
export interface PauseReason extends Pick<Pause, 'isNamed' | 'mayRetry'> {
  /** Milliseconds. */
  readonly ms: number;
}

/**
 * Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), in milliseconds; none before a
 * failure. It is the longer of two draws: short pauses end more often, and so most clients would be back first when an
 * outage ends (`npm run bench:herd`).
 */
const jitterAfter = (failures: number): number =>
  Math.max(Math.random(), Math.random()) * (Math.min(CEILING, LEAST_PAUSE * 2 ** failures) - LEAST_PAUSE);

/**
 * Begins the pause after a failure of this tab's own, of a length that grows with each failure where none is known.
 *
 * @param retryAfter milliseconds, if the server named them. The first pause is just as long as that. Where it names another
 * one, it has more clients than it can serve, and they must not all be back in one moment.
 */
export function pauseAfterFailure(coolDown: CoolDown, retryAfter: number | undefined, mayRetry: boolean): void {
  const isNamed = retryAfter !== undefined;
  const named = isNamed ? retryAfter + jitterAfter(coolDown.namedFailures++) : undefined;
  const backoff = LEAST_PAUSE + jitterAfter(++coolDown.failures);
  const ms = Math.max(LEAST_PAUSE, named ?? backoff);
  startPause(coolDown, { ms, isNamed, mayRetry });
}

/**
 * Begins a pause that another tab tells of, for as long as it says: raised to the shortest one, the rest of a pause would be
 * told on, and grow with each tab that asks. It is a failure of that tab, unless it is the pause that is known here.
 *
 * @returns whether it is news: it lasts longer than the pause that is known here, or it is the server that names it
 */
export function pauseAsTold(coolDown: CoolDown, told: PauseReason): boolean {
  const left = pauseLeft(coolDown);
  if (told.ms <= left && (coolDown.pause?.isNamed || !told.isNamed)) return false;
  if (!left) coolDown.failures++;
  startPause(coolDown, { ...told, ms: Math.max(told.ms, left) });
  return true;
}

/** What the server named isn't shortened. */
function startPause(coolDown: CoolDown, { ms, isNamed, mayRetry }: PauseReason): void {
  const { pause } = coolDown;
  const namedLeft = pause?.isNamed ? pauseLeft(coolDown) : 0;
  coolDown.pause = {
    length: Math.max(ms, namedLeft),
    since: now(),
    isNamed: isNamed || namedLeft > 0,
    mayRetry,
    // Callers that wait for the end of the last pause wait for the end of this one.
    end: pause?.end ?? gate(),
  };
}

/** Milliseconds still to wait, whole ones, as timers have them; 0 when there is no pause. */
export const pauseLeft = ({ pause }: CoolDown): number =>
  pause ? Math.max(0, Math.round(pause.length - elapsed(pause.since))) : 0;

/** The network is back: ends the pause, unless the server named it. */
export function liftPause(coolDown: CoolDown): void {
  if (!coolDown.pause?.isNamed) endPause(coolDown);
}

/** It works again: ends the pause, and the next failure is a first one. */
export function resetCoolDown(coolDown: CoolDown): void {
  coolDown.failures = 0;
  coolDown.namedFailures = 0;
  coolDown.isPermanent = false;
  endPause(coolDown);
}

function endPause(coolDown: CoolDown): void {
  coolDown.pause?.end.open();
  coolDown.pause = undefined;
}
