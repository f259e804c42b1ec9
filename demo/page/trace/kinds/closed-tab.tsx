/** A tab was closed: said by the recorder as its page goes, kept as the end of its lane, and drawn as a mark there. */

import { xOf } from '../../timeline/layout.ts';
import type { Span } from '../spans.ts';
import type { Kind } from './kind.ts';

const NAME = 'closed';

/** The mark in a lane that has ended. */
export const closing = (tab: string, at: number): Span => ({ id: `${tab} ${NAME}`, kind: NAME, from: at, to: at });

const LOOK = { stroke: 'var(--bad)', strokeWidth: 3 };

export const closedTab: Kind = {
  names: [NAME],
  place: 'foreground',
  inWords: () => 'The tab was closed',
  draw(span, { view, height }) {
    const x = xOf(view, span.from) - 1;
    return <line className="gone" x1={x} x2={x} y1="0" y2={height} {...LOOK} />;
  },
  legend: (spans) =>
    spans.length > 0
      ? [{ name: 'the tab was closed', width: 8, sample: <line x1="4" x2="4" y1="0" y2="12" {...LOOK} /> }]
      : [],
};
