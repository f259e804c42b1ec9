/** Records how long this page waits for its turn among tabs, by watching what is asked of the browser's lock manager. */

import { now } from '../trace/spans.ts';
import type { Recorder } from './recorder.ts';

type Granted = (lock: Lock | null) => unknown;

/** @param name of the lock to watch; others pass by */
export function recordLockWaits(recorder: Recorder, name: string): void {
  const { locks } = navigator;
  const request = locks.request.bind(locks) as (...parts: unknown[]) => Promise<unknown>;

  locks.request = ((wanted: string, ...rest: unknown[]) => {
    const granted = rest.pop() as Granted;
    if (wanted !== name) return request(wanted, ...rest, granted);
    const change = recorder.begin({ kind: 'lock' });
    const end = () => change({ to: now() });
    const result = request(wanted, ...rest, (lock: Lock | null) => {
      end();
      return granted(lock);
    });
    // Given up before it was had.
    result.catch(end);
    return result;
  }) as LockManager['request'];
}
