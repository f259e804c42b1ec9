/** The network was cut in this page. */

import { GAP, STRIP } from '../../timeline/layout.ts';
import { extent, Label } from '../../timeline/pieces.tsx';
import { duration } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import type { Kind } from './kind.ts';

const LOOK = { fill: 'var(--warn-ground)', stroke: 'var(--warn)', strokeDasharray: '2 4' };

export const offline: Kind = {
  names: ['offline'],
  place: 'background',
  record({ recorder, network }) {
    let end: (() => void) | undefined;
    network.subscribe(() => {
      end?.();
      const change = network.isCut ? recorder.begin<Span>({ kind: 'offline' }) : undefined;
      end = change && (() => change({ to: now() }));
    });
  },
  inWords: (span) => `offline (${duration(span)})`,
  draw(span, { view, height }) {
    const { x, width } = extent(view, span.from, span.to ?? view.to);
    return (
      <g className="offline">
        <rect x={x} width={width} height={height} {...LOOK} />
        <Label x={x} y={2 * STRIP + GAP - 5} room={width} colour="var(--warn)" texts={['offline']} />
      </g>
    );
  },
  legend: (spans) =>
    spans.length > 0 ? [{ name: 'offline', sample: <rect x="0.5" y="0.5" width="27" height="11" {...LOOK} /> }] : [],
};
