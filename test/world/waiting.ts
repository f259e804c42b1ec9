/** Waiting for conditions, never for a while. */

/** Resolves once the condition holds; rejects after 5 s of real time, fake clocks or not. */
export async function until(condition: () => unknown, what = condition.toString()): Promise<void> {
  const deadline = process.hrtime.bigint() + 5_000_000_000n;
  while (!condition()) {
    if (process.hrtime.bigint() > deadline) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything that is already under way in this process come to rest: microtasks, messages, locks. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function gate<T = void>(): { readonly opened: Promise<T>; open(value: T): void } {
  let open!: (value: T) => void;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** How a promise stands after everything has come to rest. */
export async function standing(promise: Promise<unknown>): Promise<'pending' | 'fulfilled' | 'rejected'> {
  let now: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  promise.then(
    () => {
      now = 'fulfilled';
    },
    () => {
      now = 'rejected';
    },
  );
  await rest();
  return now;
}
