/** What became of requests, in words and in numbers that add up. */

import type { Outcome } from '../tab/tab.ts';

/** By the status, or what the error is called. */
const ENDS: Readonly<Record<string, string>> = {
  '401': 'got a 401, even when sent again',
  'The auth server answered 401': 'failed, as the refresh was rejected: signed out',
  'Failed to fetch': 'failed for want of a network',
  TypeError: 'failed for want of a network',
  SessionChangedError: 'refused for safety (SessionChangedError)',
  SessionExpiredError: 'failed, as the session has ended (SessionExpiredError)',
  RefreshUnavailableError: 'told to try again (RefreshUnavailableError)',
};

/** What became of one request. */
export function told(outcome: Outcome | undefined): string {
  if (!outcome) return 'never sent';
  return outcome.what.startsWith('2') ? `answered with ${outcome.what}` : (ENDS[outcome.what] ?? outcome.what);
}

/** What became of several: first those that were answered, then the others, each kind with its number. */
export function outcomesInWords(outcomes: readonly Outcome[]): string {
  const others = new Map<string, number>();
  for (const outcome of outcomes.filter(({ what }) => what !== '200')) {
    others.set(told(outcome), (others.get(told(outcome)) ?? 0) + 1);
  }
  const all = outcomes.length;
  const good = all - [...others.values()].reduce((sum, number) => sum + number, 0);
  if (all === 1) return told(outcomes[0]);
  const rest = [...others].map(([words, number]) => `${number} ${words}`);
  return [good === all ? `all ${all} answered` : `${good} of ${all} answered`, ...rest].join('; ');
}
