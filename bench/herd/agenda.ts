/** What is still to happen, the earliest first: a binary heap over typed arrays, since a run has millions of events. */

export interface Agenda {
  readonly size: number;
  add(at: number, client: number, kind: number, stamp: number): void;
  /** Takes the earliest event off; its fields stay readable here until the next one is taken. */
  take(): void;
  readonly at: number;
  readonly client: number;
  readonly kind: number;
  /** Tells an event that still counts from one that was replaced. */
  readonly stamp: number;
}

interface Rows {
  readonly at: Float64Array;
  readonly client: Int32Array;
  readonly kind: Uint8Array;
  readonly stamp: Int32Array;
}

const createRows = (length: number): Rows => ({
  at: new Float64Array(length),
  client: new Int32Array(length),
  kind: new Uint8Array(length),
  stamp: new Int32Array(length),
});

export function createAgenda(): Agenda {
  let rows = createRows(1 << 16);
  let size = 0;
  const taken = { at: 0, client: 0, kind: 0, stamp: 0 };

  function move(from: number, to: number): void {
    rows.at[to] = rows.at[from] as number;
    rows.client[to] = rows.client[from] as number;
    rows.kind[to] = rows.kind[from] as number;
    rows.stamp[to] = rows.stamp[from] as number;
  }

  function put(row: number, at: number, client: number, kind: number, stamp: number): void {
    rows.at[row] = at;
    rows.client[row] = client;
    rows.kind[row] = kind;
    rows.stamp[row] = stamp;
  }

  function grow(): void {
    const larger = createRows(size * 2);
    larger.at.set(rows.at);
    larger.client.set(rows.client);
    larger.kind.set(rows.kind);
    larger.stamp.set(rows.stamp);
    rows = larger;
  }

  const timeOf = (row: number): number => rows.at[row] as number;

  return {
    get size() {
      return size;
    },
    get at() {
      return taken.at;
    },
    get client() {
      return taken.client;
    },
    get kind() {
      return taken.kind;
    },
    get stamp() {
      return taken.stamp;
    },
    add(at, client, kind, stamp) {
      if (size === rows.at.length) grow();
      let row = size++;
      for (let parent = (row - 1) >> 1; row > 0 && timeOf(parent) > at; parent = (row - 1) >> 1) {
        move(parent, row);
        row = parent;
      }
      put(row, at, client, kind, stamp);
    },
    take() {
      taken.at = timeOf(0);
      taken.client = rows.client[0] as number;
      taken.kind = rows.kind[0] as number;
      taken.stamp = rows.stamp[0] as number;
      // The last row goes down from the top, to where it belongs.
      const last = --size;
      const at = timeOf(last);
      let row = 0;
      for (let child = 1; child < last; child = 2 * row + 1) {
        if (child + 1 < last && timeOf(child + 1) < timeOf(child)) child++;
        if (timeOf(child) >= at) break;
        move(child, row);
        row = child;
      }
      move(last, row);
    },
  };
}
