/** A tab waits for the lock that one tab at a time may hold; no longer than until it has it. */

import { SampleBar, StripBar } from '../../timeline/pieces.tsx';
import { duration } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import type { Kind } from './kind.ts';

/** Milliseconds: what is shorter can hardly be seen. */
const BRIEF = 20;
const isLong = ({ from, to }: Span): boolean => (to ?? now()) - from > BRIEF;

const LOOK = { fill: 'none', stroke: 'var(--quiet)', strokeDasharray: '4 3' };

export const lockWait: Kind = {
  names: ['lock'],
  place: 'second strip',
  record({ recorder, lock }) {
    lock.onWait(() => {
      const change = recorder.begin<Span>({ kind: 'lock' });
      return () => change({ to: now() });
    });
  },
  inWords: (span) => `waits for its turn among tabs (${duration(span)})`,
  draw: (span, box) => (
    <g className="lock">
      <StripBar span={span} box={box} labels={['waits for its turn', 'waits']} colour="var(--quiet)" look={LOOK} />
    </g>
  ),
  legend: (spans) =>
    spans.some(isLong) ? [{ name: 'waits for its turn among tabs', sample: <SampleBar look={LOOK} /> }] : [],
};
