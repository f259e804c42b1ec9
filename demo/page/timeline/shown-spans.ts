/** What of a lane can be seen, and whether its tab was closed before the end. */

import { closing } from '../trace/kinds/closed-tab.tsx';
import type { Lane } from '../trace/lanes.ts';
import type { Span } from '../trace/spans.ts';
import { isInView, type View } from './layout.ts';

/** In milliseconds: tabs that went at the same time. */
const SIMULTANEOUS = 100;

/** Not those that go when all do: the play is over. */
export const isClosed = ({ goneAt }: Lane, view: View): boolean =>
  goneAt !== undefined && goneAt < view.to - SIMULTANEOUS;

export function shownSpans(lane: Lane, view: View): readonly Span[] {
  const spans = lane.spans.filter((span) => isInView(view, span));
  return isClosed(lane, view) ? [...spans, closing(lane.tab.id, lane.goneAt ?? view.to)] : spans;
}
