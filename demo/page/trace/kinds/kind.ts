/** What each kind of thing in the timeline says of itself: how it is recorded, told in words, drawn and explained. */

import type { ReactNode } from 'react';
import type { Instruments } from '../../instruments/instruments.ts';
import type { View } from '../../timeline/layout.ts';
import type { Span } from '../spans.ts';

/** Where in a lane, from back to front: behind all, in one of the two strips, in a row of its own below, or over all. */
export type Place = 'background' | 'first strip' | 'second strip' | 'rows' | 'foreground';

/** The room that a span has to be drawn in; its upper edge is at 0. */
export interface Box {
  readonly view: View;
  /** What lasts is drawn up to here: now, or when the tab went away. */
  readonly end: number;
  readonly height: number;
}

export interface LegendEntry {
  readonly name: string;
  /** 12 pixels high. */
  readonly sample: ReactNode;
  /** In pixels: 28, unless it says so. */
  readonly width?: number;
}

// Methods, not properties, so that a list can hold kinds of different spans: each is given its own only, by `names`.
export interface Kind<S extends Span = Span> {
  /** What its spans bear as their `kind`. */
  readonly names: readonly S['kind'][];
  readonly place: Place;
  /** Records it in this page, from now on. */
  record?(instruments: Instruments): void;
  /** For tooltips, and for who doesn't see the bars. */
  inWords(span: S): string;
  /** Its part in the one sentence on a tab. */
  summary?(spans: readonly S[]): string;
  draw(span: S, box: Box): ReactNode;
  /** Explains what these spans, which are all that are shown, are drawn with. */
  legend(spans: readonly S[]): readonly LegendEntry[];
}
