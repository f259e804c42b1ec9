/** The stretch of time in which something was last done. */

import type { Lane } from '../trace/lanes.ts';

const LASTS = ['token', 'offline'];
/** Milliseconds of rest between two actions. */
const REST = 700;
/** Milliseconds, for what is over in a moment. */
const LEAST = 400;
/** Of its length, left free on either side. */
const MARGIN = 0.04;

/** `undefined`: nothing has been done yet. */
export function lastAction(lanes: readonly Lane[], now: number): { from: number; to: number } | undefined {
  const done = lanes
    .flatMap(({ spans, goneAt }) =>
      // What lasts is no action: somebody has a token, or no network.
      spans.flatMap(({ kind, from, to }) => (LASTS.includes(kind) ? [] : { from, to: to ?? goneAt ?? now })),
    )
    .toSorted((a, b) => b.to - a.to);
  const [last] = done;
  if (!last) return undefined;
  let from = last.from;
  for (const span of done) if (span.to > from - REST) from = Math.min(from, span.from);
  const margin = Math.max(last.to - from, LEAST) * MARGIN;
  return { from: from - margin, to: Math.max(last.to, from + LEAST) + margin };
}
