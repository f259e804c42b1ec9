/** One tab: two strips and the rows below, in which each kind draws what has its place there. */

import { kindOf, laneInWords, spanInWords } from '../trace/kinds/index.ts';
import type { Place } from '../trace/kinds/kind.ts';
import { holderInWords } from '../trace/kinds/token.tsx';
import type { Lane } from '../trace/lanes.ts';
import type { Span } from '../trace/spans.ts';
import { GAP, intoRows, isInView, STRIP, type View } from './layout.ts';
import { isClosed, shownSpans } from './shown-spans.ts';

/** A span, and where it stands in its lane. */
interface Placed {
  readonly span: Span;
  readonly y: number;
  readonly height: number;
}

export function LaneView({ lane, view, name }: { lane: Lane; view: View; name: string }) {
  const spans = lane.spans.filter((span) => isInView(view, span));
  const end = lane.goneAt ?? view.to;
  const closed = isClosed(lane, view);
  const { behind, before, height } = arrange(shownSpans(lane, view));

  const draw = ({ span, y, height }: Placed) => (
    <g key={span.id} transform={`translate(0 ${y})`}>
      <title>{spanInWords(span)}</title>
      {kindOf(span)?.draw(span, { view, end, height })}
    </g>
  );

  return (
    <figure className="lane" data-testid="lane" data-spans={spans.length}>
      <figcaption>
        <strong>{name}</strong>{' '}
        <span className="detail">
          {closed && 'closed: '}
          {holderInWords(lane.spans)}
        </span>
      </figcaption>
      <svg
        width={view.width}
        height={height}
        role="img"
        aria-label={`${name}: ${laneInWords(spans)}${closed ? ' Then it was closed.' : ''}`}
      >
        {behind.map(draw)}
        <line className="ground" x1="0" x2={view.width} y1={STRIP / 2} y2={STRIP / 2} />
        {before.map(draw)}
      </svg>
    </figure>
  );
}

/** What is behind the ground line, and what is before it, from back to front. */
function arrange(spans: readonly Span[]): { behind: Placed[]; before: Placed[]; height: number } {
  const at = (place: Place) => spans.filter((span) => kindOf(span)?.place === place);
  const rows = intoRows(at('rows'));
  const count = Math.max(1, ...rows.map(({ row }) => row + 1));
  const bar = count > 12 ? 4 : count > 6 ? 6 : 9;
  const top = 2 * (STRIP + GAP);
  const height = top + count * (bar + GAP);
  return {
    height,
    behind: at('background').map((span) => ({ span, y: 0, height })),
    before: [
      ...at('first strip').map((span) => ({ span, y: 0, height: STRIP })),
      ...at('second strip').map((span) => ({ span, y: STRIP + GAP, height: STRIP })),
      ...rows.map(({ span, row }) => ({ span, y: top + row * (bar + GAP), height: bar })),
      ...at('foreground').map((span) => ({ span, y: 0, height })),
    ],
  };
}
