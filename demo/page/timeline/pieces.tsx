/** What kinds are drawn with: bars, labels, crosses, and the colour of whoever bears a token. */

import type { Box } from '../trace/kinds/kind.ts';
import type { Span } from '../trace/spans.ts';
import type { TokenMark } from '../trace/token-mark.ts';
import { type View, xOf } from './layout.ts';

/** The narrowest that can still be seen. */
const NARROWEST = 2;
/** About the width of a letter. */
const LETTER = 6.5;

export interface Look {
  readonly fill: string;
  readonly stroke?: string;
  readonly strokeDasharray?: string;
}

export function extent(view: View, from: number, to: number): { readonly x: number; readonly width: number } {
  const x = xOf(view, from);
  return { x, width: Math.max(NARROWEST, xOf(view, to) - x) };
}

/** How many colours take turns with each refresh. */
const COLOURS = 7;

/** It sets `--bearer` and `--on-bearer`. */
export const bearerClass = (token: TokenMark | undefined): string =>
  token ? `of-${token.user} token-${token.generation % COLOURS}` : 'of-nobody';

export const fits = (text: string, width: number): boolean => text.length * LETTER + 6 < width;

/** The first text for which there is room, or none. */
export function Label(props: { x: number; y: number; room: number; colour: string; texts: readonly string[] }) {
  const text = props.texts.find((each) => fits(each, props.room));
  if (!text) return null;
  return (
    <text x={props.x + 5} y={props.y} fill={props.colour}>
      {text}
    </text>
  );
}

/** A bar that fills its strip, and its name, if there is room. */
export function StripBar(props: { span: Span; box: Box; labels: readonly string[]; colour: string; look: Look }) {
  const { span, box, labels, colour, look } = props;
  const { x, width } = extent(box.view, span.from, span.to ?? box.end);
  return (
    <>
      <rect x={x + 0.5} y="0.5" width={Math.max(NARROWEST, width - 1)} height={box.height - 1} rx="3" {...look} />
      <Label x={x} y={box.height - 5} room={width} colour={colour} texts={labels} />
    </>
  );
}

/** The same for the legend. */
export function SampleBar({ look }: { look: Look }) {
  const edge = look.stroke ? 0.5 : 0;
  return <rect x={edge} y="0.5" width={28 - 2 * edge} height="11" rx="3" {...look} />;
}

/** A cross, which reads without colour. */
export function Cross({ x, height, arm = 3 }: { x: number; height: number; arm?: number }) {
  const [centre, middle] = [x + 5, height / 2];
  return (
    <path
      className="cross"
      d={`M${centre - arm} ${middle - arm}l${2 * arm} ${2 * arm}M${centre + arm} ${middle - arm}l${-2 * arm} ${2 * arm}`}
      fill="none"
      stroke="var(--bad)"
      strokeWidth="2"
    />
  );
}
