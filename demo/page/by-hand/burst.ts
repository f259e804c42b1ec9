/** Many requests at once, and one line on what became of them. */

import { auth } from '../instruments/instrumented-client.ts';
import { note } from './journal.ts';

let bursts = 0;

export async function sendBurst(size: number): Promise<void> {
  const counts = { answered: 0, replayed: 0, refreshes: 0, failedRefreshes: 0 };
  const failures = new Map<string, number>();
  const burst = ++bursts;
  const stopCounting = [
    auth.on('replayed', () => counts.replayed++),
    auth.on('refreshed', () => counts.refreshes++),
    auth.on('refresh-failed', () => counts.failedRefreshes++),
  ];

  const sendOne = async (number: number) => {
    // Requests for one and the same address would stand in line for the browser's cache.
    const id = `burst-${burst}-${number}`;
    try {
      const response = await auth.fetch(`/api/echo?${id}`, { headers: { 'X-Request-Id': id } });
      if (response.ok) counts.answered++;
      else count(failures, `met a ${response.status}`);
    } catch (error) {
      count(failures, error instanceof Error ? error.name : String(error));
    }
  };
  await Promise.all(Array.from({ length: size }, (_, index) => sendOne(index + 1)));
  for (const stop of stopCounting) stop();

  const attempts = counts.failedRefreshes > 0 ? `, ${counts.failedRefreshes} in vain` : '';
  const refreshes = `${counts.refreshes} ${counts.refreshes === 1 ? 'refresh' : 'refreshes'}${attempts}`;
  const failed = [...failures].map(([why, times]) => `, ${times} ${why}`).join('');
  note('summary', `${size} requests: ${counts.answered} answered${failed}, ${counts.replayed} replayed, ${refreshes}`);
}

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
