/** A chart as SVG: bars beside names, the package's own in another colour. */

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands beside it. */
  readonly text: string;
  readonly look: 'ours' | 'peer' | 'floor';
  /** A second value, drawn in front of the first: a part of it. */
  readonly part?: number;
}

const WIDTH = 860;
const LEFT = 240;
const RIGHT = 150;
const ROW = 26;
const TOP = 74;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 17px; font-weight: 600 }
  .peer { fill: #afb8c1 }
  .floor { fill: #6e7781 }
  .ours { fill: #0969da }
  .part { fill: #fff; opacity: 0.45 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .peer { fill: #6e7681 }
    .floor { fill: #b1bac4 }
    .ours { fill: #58a6ff }
    .part { fill: #0d1117 }
  }`;

const plain = (text: string): string => text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const round = (value: number): string => String(Math.round(value * 10) / 10);

/** @param scale `log`: each ten times as much is the same step more */
export function drawBars(
  title: string,
  note: string,
  bars: readonly Bar[],
  scale: 'linear' | 'log' = 'linear',
): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - LEFT - RIGHT;
  const lengthOf = (value: number) =>
    scale === 'linear' ? (value / most) * room : (Math.log10(1 + value) / Math.log10(1 + most)) * room;
  const rows = bars.map(({ name, value, text, look, part }, index) => {
    const y = TOP + index * ROW;
    const inner =
      part === undefined
        ? ''
        : `<rect class="part" x="${LEFT}" y="${y + 4}" width="${round(lengthOf(part))}" height="${ROW - 8}"/>`;
    return `<text x="${LEFT - 10}" y="${y + 17}" text-anchor="end">${plain(name)}</text>
<rect class="${look}" x="${LEFT}" y="${y + 4}" width="${round(Math.max(1, lengthOf(value)))}" height="${ROW - 8}"/>${inner}
<text x="${round(LEFT + Math.max(1, lengthOf(value)) + 8)}" y="${y + 17}">${plain(text)}</text>`;
  });
  const height = TOP + bars.length * ROW + 18;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${plain(title)}</title>
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}" fill="#fff"/>
<text class="title" x="20" y="28">${plain(title)}</text>
<text x="20" y="52">${plain(note)}</text>
${rows.join('\n')}
</svg>
`;
}

export const lookOf = (kind: string): Bar['look'] => (kind === 'ours' || kind === 'floor' ? kind : 'peer');
