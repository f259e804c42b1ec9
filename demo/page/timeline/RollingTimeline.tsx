/** A timeline of the last seconds, which can be paused, and brought nearer. */

import { useId, useState, useSyncExternalStore } from 'react';
import type { Store } from '../shared/store.ts';
import type { Lane } from '../trace/lanes.ts';
import { useNow } from './clock.ts';
import { lastAction } from './last-action.ts';
import { Timeline } from './Timeline.tsx';

/** Milliseconds: as many as there is room for. */
const wide = (width: number): number => Math.min(15_000, Math.max(5_000, width * 15));
const NEAR = 3_000;

const ZOOMS = { wide: 'All', near: `${NEAR / 1_000} s`, action: 'Last action' } as const;
type Zoom = keyof typeof ZOOMS;

export function RollingTimeline(props: {
  lanes: Store<readonly Lane[]>;
  title: string;
  /** The lane of the page that draws. */
  ownTab: string;
  empty: string;
}) {
  const { title, ownTab, empty } = props;
  const live = useSyncExternalStore(props.lanes.subscribe, props.lanes.get);
  const [paused, setPaused] = useState<readonly Lane[] | undefined>(undefined);
  const [zoom, setZoom] = useState<Zoom>('wide');
  const now = useNow(paused ? 'stands' : 'runs');
  const id = useId();
  const lanes = paused ?? live;
  const action = zoom === 'action' ? lastAction(lanes, now) : undefined;

  return (
    <section className="timeline rolling" aria-labelledby={id}>
      <div className="title">
        <h3 id={id}>{title}</h3>
        <div className="buttons">
          <fieldset className="zoom" aria-label="How much is shown">
            {Object.entries(ZOOMS).map(([name, label]) => (
              <button
                key={name}
                type="button"
                data-testid={`zoom-${name}`}
                aria-pressed={zoom === name}
                onClick={() => setZoom(name as Zoom)}
              >
                {label}
              </button>
            ))}
          </fieldset>
          <button
            type="button"
            className="pause"
            data-testid="pause"
            aria-pressed={paused !== undefined}
            onClick={() => setPaused(paused ? undefined : live)}
          >
            {paused ? 'Go on' : 'Pause'}
          </button>
        </div>
      </div>
      <Timeline
        lanes={lanes}
        // Seconds count from the start of the action, or back from now.
        rangeOf={(width) => action ?? { from: now - (zoom === 'near' ? NEAR : wide(width)), to: now }}
        origin={action?.from ?? now}
        ownTab={ownTab}
        empty={empty}
      />
    </section>
  );
}
