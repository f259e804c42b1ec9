/** One refresh for all who ask for one meanwhile, and how long they wait for it. */

import { pageRuns } from '../page.js';
import { recordRestoreFailure } from '../session/session-changes.js';
import { startTimer } from '../wait.js';
import { refreshRound } from './refresh-round.js';
import { type Flight, type RefreshOutcome, type RefreshParts, unavailable } from './refreshing.js';

export const isRefreshing = ({ refreshing, session }: RefreshParts): boolean =>
  refreshing.flight?.change === session.change;

/**
 * One refresh for all who ask meanwhile. Never rejects; settles in time, even if the request itself takes longer.
 *
 * @param cause `hint`: the hint cookie tells something new, and nobody else has asked
 */
export function refresh(parts: RefreshParts, cause: 'demand' | 'hint' = 'demand'): Promise<RefreshOutcome> {
  const { refreshing, session } = parts;
  const isForHint = cause === 'hint';
  if (refreshing.flight && isRefreshing(parts)) {
    refreshing.flight.isForHint &&= isForHint;
    return refreshing.flight.outcome;
  }
  const flight = { change: session.change, isForHint, isFor401: false, isSent: false, pause: undefined } as Omit<
    Flight,
    'outcome'
  > as Flight;
  flight.outcome = outcomeInTime(parts, flight).finally(() => {
    if (refreshing.flight === flight) refreshing.flight = undefined;
  });
  refreshing.flight = flight;
  return flight.outcome;
}

/** What callers hold: over when the session changes, by whatever cause, when the round fails, or when time is up. */
async function outcomeInTime(parts: RefreshParts, flight: Flight): Promise<RefreshOutcome> {
  const { settings, session, tabs, refreshing } = parts;
  const { change } = flight;
  await pageRuns(tabs);
  if (session.disposed.isOpen || session.change !== change) return 'changed';
  const outcome = await new Promise<RefreshOutcome>((resolve) => {
    const settle = (outcome: RefreshOutcome) => {
      stopTimer();
      forget();
      resolve(outcome);
    };
    const { caller } = settings.deadlines;
    const stopTimer = startTimer(caller, () => {
      const what = flight.isSent
        ? 'its answer, and the request runs on'
        : 'its turn: an earlier request still runs, in this tab or another';
      settle(unavailable(parts, `it waited ${caller} ms for ${what}`));
    });
    const forget = change.onOpen(() => settle('changed'));
    // A round outlives those who wait for it. The next one finds the lock held, and what this one has left behind.
    void refreshRound(parts, flight).then(settle);
  });
  if (outcome !== 'changed') {
    recordRestoreFailure(session, outcome);
    refreshing.onFailure();
  }
  return outcome;
}
