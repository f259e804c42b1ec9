/** What happened in each tab, one lane a tab, time running to the right. */

import { spanInWords } from '../trace/kinds/index.ts';
import type { Lane } from '../trace/lanes.ts';
import { LaneView } from './LaneView.tsx';
import { Legend } from './Legend.tsx';
import { isInView, ticks, type View, xOf } from './layout.ts';
import { shownSpans } from './shown-spans.ts';
import { useWidth } from './width.ts';
import { momentInWords } from './words.ts';
import './timeline.css';

export function Timeline(props: {
  lanes: readonly Lane[];
  /** What stretch of time is shown. */
  rangeOf: (width: number) => { readonly from: number; readonly to: number };
  /** From where seconds count. */
  origin: number;
  /** The lane of the page that draws. */
  ownTab?: string;
  /** Shown as long as there is nothing to draw. */
  empty: string;
}) {
  const { lanes, rangeOf, origin, ownTab, empty } = props;
  const [ref, width] = useWidth<HTMLDivElement>();
  const view: View = { ...rangeOf(width), width };
  const visible = lanes.filter(({ goneAt }) => !goneAt || goneAt > view.from);
  const started = (lane: Lane) => (origin < view.to ? origin : lane.tab.since);

  return (
    <>
      <div ref={ref} className="lanes" data-testid="lanes">
        {visible.length === 0 && <p className="detail">{empty}</p>}
        {visible.length > 0 && width > 0 && (
          <>
            <Axis view={view} origin={origin} />
            {visible.map((lane) => (
              <LaneView key={lane.tab.id} lane={lane} view={view} name={nameOf(lane, ownTab)} />
            ))}
          </>
        )}
      </div>
      {visible.length > 0 && (
        <>
          <Legend spans={visible.flatMap((lane) => shownSpans(lane, view))} />
          <details>
            <summary>The same in words</summary>
            {visible.map((lane) => (
              <div key={lane.tab.id} className="words">
                <h4>{nameOf(lane, ownTab)}</h4>
                <ol>
                  {lane.spans
                    .filter((span) => isInView(view, span))
                    .map((span) => (
                      <li key={span.id}>
                        <span className="number">{momentInWords(span, started(lane))}</span> {spanInWords(span)}
                      </li>
                    ))}
                </ol>
              </div>
            ))}
          </details>
        </>
      )}
    </>
  );
}

const nameOf = ({ tab, number }: Lane, ownTab: string | undefined): string =>
  tab.id === ownTab ? 'This tab' : `Tab ${number}`;

const AXIS_HEIGHT = 18;

function Axis({ view, origin }: { view: View; origin: number }) {
  return (
    <svg className="axis" width={view.width} height={AXIS_HEIGHT} aria-hidden="true">
      {ticks(view, origin).map((tick) => {
        const x = xOf(view, origin + tick);
        const anchor = x < 20 ? 'start' : x > view.width - 20 ? 'end' : 'middle';
        return (
          <g key={tick}>
            <line x1={x} x2={x} y1={AXIS_HEIGHT - 4} y2={AXIS_HEIGHT} />
            <text x={x} y={AXIS_HEIGHT - 7} textAnchor={anchor}>
              {tick === 0 && view.to === origin ? 'now' : `${tick / 1_000} s`}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
