/** The server's count in a sentence whose numbers add up. */

import type { Stats } from '../../server/activity.ts';
import { count, nameOf } from '../timeline/words.ts';

export function countInWords(stats: Stats): string {
  return `${refreshesInWords(stats)}. ${requestsInWords(stats)}.`;
}

function refreshesInWords(stats: Stats): string {
  const { refreshCalls, rotations, repeatedRefreshes, rejectedRefreshes, reuseAlarms } = stats;
  const reused = reuseAlarms > 0 ? ` (${reuseAlarms} with a spent token: alarm)` : '';
  const parts = [
    [rotations, `${rotations} gave a new token`],
    [repeatedRefreshes, `${repeatedRefreshes} gave the same one again`],
    [rejectedRefreshes, `${rejectedRefreshes} rejected${reused}`],
    [stats.refreshesOfNobody, `${stats.refreshesOfNobody} found nobody signed in`],
    [stats.faultyRefreshes, `${stats.faultyRefreshes} met a fault`],
  ] as const;
  const shown = parts.flatMap(([number, words]) => (number > 0 ? words : []));
  return `${count(refreshCalls, 'refresh call')}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`;
}

function requestsInWords({ apiRequests, unauthorized }: Stats): string {
  const all = Object.values(apiRequests).reduce((sum, number) => sum + number, 0);
  const bearers = Object.entries(apiRequests).map(([user, number]) =>
    user === 'nobody' ? `${number} without a token` : `${number} with ${nameOf(user)}’s token`,
  );
  const sent = `${count(all, 'API request')}, resent ones included: ${bearers.join(', ')}`;
  return all > 0 ? `${sent}; ${all - unauthorized} answered, ${unauthorized} got a 401` : 'No API requests';
}
