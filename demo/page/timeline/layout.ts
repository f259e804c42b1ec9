/** Where things stand in a lane: time from left to right, two strips, and rows one below the other. */

import type { Lane } from '../trace/lanes.ts';
import type { Span } from '../trace/spans.ts';

/** Pixels: the height of a strip, and what is left free below strips and rows. */
export const STRIP = 18;
export const GAP = 3;

/** The stretch of time that is shown, and the pixels that it has. */
export interface View {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** The pixel of a moment; what lies outside is cut at the edges. */
export function xOf({ from, to, width }: View, moment: number): number {
  const share = (moment - from) / (to - from);
  return Math.round(Math.min(1, Math.max(0, share)) * width * 10) / 10;
}

/** What can be seen, at least in part. */
export const isInView = ({ from, to }: View, span: Span): boolean =>
  span.from < to && (span.to === undefined || span.to > from);

/** In milliseconds: bars closer than that would look like one. */
const APART = 30;

/** Each span gets the first row that is free by then. */
export function intoRows(spans: readonly Span[]): { readonly row: number; readonly span: Span }[] {
  const freeFrom: number[] = [];
  return spans
    .toSorted((a, b) => a.from - b.from)
    .map((span) => {
      const free = freeFrom.findIndex((moment) => moment <= span.from);
      const row = free < 0 ? freeFrom.length : free;
      freeFrom[row] = (span.to ?? Number.POSITIVE_INFINITY) + APART;
      return { row, span };
    });
}

/** Milliseconds: less would be too large to be read. */
const LEAST = 1_000;

/** Up to now, or to the end of the last tab. */
export function rangeSince(since: number, lanes: readonly Lane[], now: number): { from: number; to: number } {
  const to = isOver(lanes) ? Math.max(...lanes.map(({ goneAt }) => goneAt ?? now)) : now;
  return { from: since, to: Math.max(to, since + LEAST) };
}

/** Whether all tabs are gone. */
export const isOver = (lanes: readonly Lane[]): boolean => lanes.length > 0 && lanes.every(({ goneAt }) => goneAt);

/** Round moments, so that labels have room. */
export function ticks({ from, to, width }: View, origin: number): number[] {
  const steps = [100, 250, 500, 1_000, 2_000, 5_000, 10_000];
  const step = steps.find((each) => (each / (to - from)) * width >= 56) ?? 20_000;
  const first = Math.ceil((from - origin) / step);
  const count = Math.floor((to - origin) / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step);
}
