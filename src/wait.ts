/** Time that survives sleep, wrong clocks and overflow; waits that always end. */

/** A moment by both clocks: the wall clock may jump, the monotonic clock may stand still while the machine sleeps. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Milliseconds since 1970, whole ones, as the order of sessions and the other tabs expect it: a script that corrects the
 * clock may give fractions. 0 where one has broken it.
 */
export const wallClock = (): number => Math.floor(Date.now()) || 0;

export const now = (): Instant => ({ wall: wallClock(), monotonic: performance.now() });

/** Milliseconds since then, by whichever clock says more. */
export const elapsed = (since: Instant): number =>
  // A wall clock that another script has broken says nothing. NaN would be neither more nor less than any lifetime.
  Math.max(0, Date.now() - since.wall || 0, performance.now() - since.monotonic);

/** Beyond it `setTimeout` overflows and fires at once; https://html.spec.whatwg.org/#timers */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs once after `ms`, or after 24.8 days where that is sooner; returns its undo. */
export function startTimer(ms: number, run: () => void): () => void {
  const id = setTimeout(run, Math.min(ms, LONGEST_TIMER));
  return () => clearTimeout(id);
}

/**
 * Opens once, for all that wait. It isn't a promise: a wait on a promise can't be undone, and would pile up while it is
 * pending.
 */
export interface Gate {
  readonly isOpen: boolean;
  /** Runs the listener when the gate opens, or soon if it has; returns its undo. */
  onOpen(listener: () => void): () => void;
  open(): void;
}

export function gate(): Gate {
  const listeners = new Set<() => void>();
  let isOpen = false;
  return {
    get isOpen() {
      return isOpen;
    },
    onOpen(listener) {
      if (isOpen) queueMicrotask(listener);
      else listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    open() {
      isOpen = true;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}

/** Resolves when the gate opens, or once `ms` have passed; nothing of it stays behind. */
export function opened(gate: Gate, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stopTimer();
      forget();
      resolve();
    };
    const stopTimer = startTimer(ms, done);
    const forget = gate.onOpen(done);
  });
}

/** The promise's outcome, or `undefined` if the gate opens first. */
export function unlessOpen<T>(gate: Gate, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const forget = gate.onOpen(() => resolve(undefined));
    promise.then(resolve, reject).finally(forget);
  });
}

/** The promise's outcome, or `undefined` once `ms` have passed; the timer goes with it. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stopTimer = startTimer(ms, () => resolve(undefined));
    promise.then(resolve, reject).finally(stopTimer);
  });
}

/** The same promise for a caller who may leave: an abort rejects at once, for that caller alone. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
