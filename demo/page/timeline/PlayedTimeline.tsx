/** A timeline with a beginning and an end: that of a play. */

import { useSyncExternalStore } from 'react';
import type { Store } from '../shared/store.ts';
import type { Lane } from '../trace/lanes.ts';
import { useNow } from './clock.ts';
import { isOver, rangeSince } from './layout.ts';
import { Timeline } from './Timeline.tsx';

export function PlayedTimeline(props: {
  lanes: Store<readonly Lane[]>;
  /** When it begins. */
  since: number;
  title: string;
  /** Shown as long as there is nothing to draw. */
  empty: string;
}) {
  const { since, title, empty } = props;
  const lanes = useSyncExternalStore(props.lanes.subscribe, props.lanes.get);
  const now = useNow(isOver(lanes) ? 'stands' : 'runs');
  return (
    <section className="timeline" aria-label={title}>
      <Timeline lanes={lanes} rangeOf={() => rangeSince(since, lanes, now)} origin={since} empty={empty} />
    </section>
  );
}
