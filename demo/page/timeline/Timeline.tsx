/** What happened in each tab, one lane a tab, time running to the right. */

import { useId, useState, useSyncExternalStore } from 'react';
import { spanInWords } from '../trace/kinds/index.ts';
import type { Lane, Lanes } from '../trace/lanes.ts';
import { useNow } from './clock.ts';
import { LaneView } from './LaneView.tsx';
import { Legend } from './Legend.tsx';
import { isInView, isOver, rangeSince, ticks, type View, xOf } from './layout.ts';
import { useWidth } from './width.ts';
import { momentInWords } from './words.ts';
import './timeline.css';

/** Milliseconds that a running timeline shows: as many as there is room for. */
const rolling = (width: number): number => Math.min(15_000, Math.max(5_000, width * 15));

export function Timeline(props: {
  lanes: Lanes;
  /** When it begins; without it, it shows the last seconds. */
  since?: number;
  title: string;
  /** The lane of the page that draws. */
  ownTab?: string;
  /** Shown as long as there is nothing to draw. */
  empty: string;
}) {
  const { since, title, ownTab, empty } = props;
  const live = useSyncExternalStore(props.lanes.subscribe, props.lanes.get);
  const [paused, setPaused] = useState<readonly Lane[] | undefined>(undefined);
  const lanes = paused ?? live;
  const now = useNow(paused || (since !== undefined && isOver(lanes)) ? 'stands' : 'runs');
  const [ref, width] = useWidth<HTMLDivElement>();
  const id = useId();

  const range = since === undefined ? { from: now - rolling(width), to: now } : rangeSince(since, lanes, now);
  const view: View = { ...range, width };
  // Seconds count from the start, or back from now.
  const origin = since ?? view.to;
  const visible = lanes.filter(({ goneAt }) => !goneAt || goneAt > view.from);

  return (
    <section className="timeline" aria-labelledby={id}>
      <div className="title">
        <h3 id={id}>{title}</h3>
        {since === undefined && (
          <button
            type="button"
            data-testid="pause"
            aria-pressed={paused !== undefined}
            onClick={() => setPaused(paused ? undefined : live)}
          >
            {paused ? 'Go on' : 'Pause'}
          </button>
        )}
      </div>
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
          <Legend />
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
                        <span className="number">{momentInWords(span, since ?? lane.tab.since)}</span>{' '}
                        {spanInWords(span)}
                      </li>
                    ))}
                </ol>
              </div>
            ))}
          </details>
        </>
      )}
    </section>
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
