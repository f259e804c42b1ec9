/** A tab has its turn, and waits before it refreshes: a closed tab's refresh may still bring the cookie that it would present. */

import { SampleBar, StripBar } from '../../timeline/pieces.tsx';
import { duration } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import type { Kind } from './kind.ts';

const NAME = 'cookie-wait';
const LOOK = { fill: 'var(--warn-ground)', stroke: 'var(--warn)', strokeDasharray: '4 3' };

/** Milliseconds: who has nothing to wait for sends its refresh in less. */
const AT_ONCE = 120;

export const cookieWait: Kind = {
  names: [NAME],
  place: 'second strip',
  record({ recorder, lock, network }) {
    let stop = () => {};
    lock.onHold(() => {
      const from = now();
      let change: ReturnType<typeof recorder.begin<Span>> | undefined;
      const timer = setTimeout(() => {
        change = recorder.begin<Span>({ kind: NAME, from });
      }, AT_ONCE);
      const end = () => {
        clearTimeout(timer);
        change?.({ to: now() });
        change = undefined;
      };
      stop = end;
      return end;
    });
    network.onSending(({ path }) => {
      if (path.endsWith('/auth/refresh')) stop();
      return undefined;
    });
  },
  inWords: (span) => `waits for the cookie that a closed tab has asked for (${duration(span)})`,
  draw: (span, box) => (
    <g className="cookie-wait">
      <StripBar
        span={span}
        box={box}
        labels={['waits for the closed tab’s cookie', 'waits for its cookie', 'waits']}
        colour="var(--warn)"
        look={LOOK}
      />
    </g>
  ),
  legend: (spans) =>
    spans.length > 0
      ? [{ name: 'waits for the cookie that a closed tab has asked for', sample: <SampleBar look={LOOK} /> }]
      : [],
};
