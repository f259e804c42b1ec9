/** A bar in the colour of a token, with its number where there is room; hatched for Bob, so that no colour need be his own. */

import type { TokenMark } from '../trace/token-mark.ts';

/** Pixels below which a number can't be read. */
const LEAST = { width: 10, height: 9 };
const DIGIT = 5;

export function BearerBar(props: {
  token: TokenMark | undefined;
  x: number;
  width: number;
  height: number;
  /** Thicker, for what was sent again. */
  edge?: { readonly stroke: string; readonly strokeWidth: number };
  numbered?: boolean;
}) {
  const { token, x, width, height, edge, numbered = true } = props;
  const number = String(token?.generation ?? '');
  const room = height >= LEAST.height && width >= LEAST.width + (number.length - 1) * DIGIT;
  const place = { x, width, height, rx: height > 12 ? 3 : 1.5 };
  return (
    <>
      <rect {...place} fill="var(--bearer)" stroke="var(--bearer-edge)" {...edge} />
      {token?.user === 'bob' && <rect {...place} fill={`url(#${HATCH})`} />}
      {numbered && token && room && (
        <text className="token-number" x={x + 3} y={height / 2 + 3} fill="var(--on-bearer)">
          {number}
        </text>
      )}
    </>
  );
}

const HATCH = 'of-bob';

/** To be drawn once on the page. */
export function HatchOfBob() {
  return (
    <svg className="unseen" aria-hidden="true">
      <pattern id={HATCH} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="1.5" height="5" fill="#000" opacity="0.4" />
      </pattern>
    </svg>
  );
}
