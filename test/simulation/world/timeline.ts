/** The time of a simulated world: what happens when, one thing after the other. */

interface Happening {
  readonly at: number;
  /** Of two things at one time the one that was planned first happens first. */
  readonly serial: number;
  readonly run: () => void;
  isCancelled: boolean;
}

export interface Timeline {
  /** Milliseconds since the beginning, while the machine is awake. */
  readonly now: number;
  /** Returns its undo. */
  at(time: number, run: () => void): () => void;
  after(ms: number, run: () => void): () => void;
  /** The next step waits for it: real work of the process, such as reading a Blob. */
  awaitReal(work: Promise<unknown>): void;
  /** Lets everything happen that is planned until then, for as long as `goesOn` says so after each. */
  advanceTo(time: number, goesOn: () => boolean): Promise<void>;
}

/** All that a task of a page sets off before another task can run. */
const microtasksDone = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createTimeline(): Timeline {
  const heap: Happening[] = [];
  let serial = 0;
  let now = 0;
  let real: Promise<unknown>[] = [];

  const isBefore = (a: Happening, b: Happening) => a.at < b.at || (a.at === b.at && a.serial < b.serial);

  function push(happening: Happening): void {
    let index = heap.length;
    heap.push(happening);
    for (let parent = (index - 1) >> 1; index > 0; parent = (index - 1) >> 1) {
      const above = heap[parent] as Happening;
      if (!isBefore(happening, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = happening;
  }

  function pop(): Happening | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!last || first === last) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Happening, heap[child] as Happening)) child++;
      if (!isBefore(heap[child] as Happening, last)) break;
      heap[index] = heap[child] as Happening;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  async function settle(): Promise<void> {
    await microtasksDone();
    while (real.length) {
      const waitedFor = real;
      real = [];
      await Promise.allSettled(waitedFor);
      await microtasksDone();
    }
  }

  return {
    get now() {
      return now;
    },
    at(time, run) {
      const happening: Happening = { at: Math.max(time, now), serial: ++serial, run, isCancelled: false };
      push(happening);
      return () => {
        happening.isCancelled = true;
      };
    },
    after(ms, run) {
      return this.at(now + Math.max(0, ms), run);
    },
    awaitReal(work) {
      real.push(work);
    },
    async advanceTo(time, goesOn) {
      await settle();
      while (heap[0] && heap[0].at <= time) {
        const { at, run, isCancelled } = pop() as Happening;
        if (isCancelled) continue;
        now = at;
        run();
        await settle();
        if (!goesOn()) return;
      }
      now = Math.max(now, time);
    },
  };
}
