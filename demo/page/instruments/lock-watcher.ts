/** Sees how long this page waits for its turn among tabs, by watching what is asked of the browser's lock manager. */

export interface LockWatcher {
  /** The listener is called when a wait begins; what it returns, when the wait ends. */
  onWait(listener: () => () => void): void;
  /** The listener is called when this page has the lock; what it returns, when the page gives it back. */
  onHold(listener: () => () => void): void;
}

type Granted = (lock: Lock | null) => unknown;

/** @param name of the lock to watch; others pass by */
export function watchLock(name: string): LockWatcher {
  const listeners = new Set<() => () => void>();
  const holdListeners = new Set<() => () => void>();
  const { locks } = navigator;
  const request = locks.request.bind(locks) as (...parts: unknown[]) => Promise<unknown>;

  locks.request = ((wanted: string, ...rest: unknown[]) => {
    const granted = rest.pop() as Granted;
    if (wanted !== name) return request(wanted, ...rest, granted);
    const ends = [...listeners].map((begin) => begin());
    const end = () => {
      for (const each of ends.splice(0)) each();
    };
    const result = request(wanted, ...rest, (lock: Lock | null) => {
      end();
      const releases = lock ? [...holdListeners].map((begin) => begin()) : [];
      const result = granted(lock);
      void Promise.resolve(result)
        .catch(() => {})
        .then(() => {
          for (const each of releases) each();
        });
      return result;
    });
    // Given up before it was had.
    result.catch(end);
    return result;
  }) as LockManager['request'];

  return {
    onWait: (listener) => void listeners.add(listener),
    onHold: (listener) => void holdListeners.add(listener),
  };
}
