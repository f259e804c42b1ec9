/** A chart as SVG: lines on two logarithmic scales. */

export interface Line {
  readonly name: string;
  readonly look: 'ours' | 'peer' | 'floor';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 860;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 200;
const TOP = 76;
const BOTTOM = 44;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 17px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 1.4; stroke-linejoin: round }
  .peer { stroke: #afb8c1 }
  .floor { stroke: #6e7781; stroke-dasharray: 6 5; stroke-width: 2 }
  .ours { stroke: #0969da; stroke-width: 2.6 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .grid { stroke: #30363d }
    .peer { stroke: #6e7681 }
    .floor { stroke: #b1bac4 }
    .ours { stroke: #58a6ff }
  }`;

const round = (value: number): string => String(Math.round(value * 10) / 10);
const plain = (text: string): string => text.replaceAll('`', '');

/** Names that would stand on each other are moved apart. */
function apart(ys: readonly number[], gap: number): number[] {
  const order = ys.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  const placed = [...ys];
  let last = Number.NEGATIVE_INFINITY;
  for (const { y, index } of order) {
    last = Math.max(y, last + gap);
    placed[index] = last;
  }
  return placed;
}

export function drawLines(title: string, note: string, lines: readonly Line[]): string {
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => Math.log10(x)));
  const ys = lines.flatMap(({ points }) => points.map(({ y }) => Math.log10(Math.max(y, 0.01))));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))];
  const xOf = (x: number) => LEFT + ((Math.log10(x) - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const yOf = (y: number) => TOP + (1 - (Math.log10(Math.max(y, 0.01)) - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (let power = y0; power <= y1; power++) {
    const y = round(yOf(10 ** power));
    parts.push(`<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/>`);
    parts.push(
      `<text x="${LEFT - 8}" y="${Number(y) + 4}" text-anchor="end">${(10 ** power).toLocaleString('en')}</text>`,
    );
  }
  for (let power = Math.ceil(x0); power <= x1; power++) {
    const x = round(xOf(10 ** power));
    parts.push(
      `<text x="${x}" y="${HEIGHT - BOTTOM + 22}" text-anchor="middle">${(10 ** power).toLocaleString('en')}</text>`,
    );
  }
  const ends = apart(
    lines.map(({ points }) => yOf(points.at(-1)?.y ?? 1)),
    14,
  );
  const drawn = lines.map(({ name, look, points }, index) => {
    const path = points.map(({ x, y }) => `${round(xOf(x))} ${round(yOf(y))}`).join('L');
    const text = `<text x="${WIDTH - RIGHT + 10}" y="${round((ends[index] ?? 0) + 4)}"${look === 'ours' ? ' font-weight="600"' : ''}>${plain(name)}</text>`;
    return { look, svg: `<path class="line ${look}" d="M${path}"/>\n${text}` };
  });
  // This package's own is drawn last, above the others.
  parts.push(...drawn.sort((a, b) => Number(a.look === 'ours') - Number(b.look === 'ours')).map(({ svg }) => svg));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
<title>${title}</title>
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text class="title" x="20" y="28">${title}</text>
<text x="20" y="52">${note}</text>
${parts.join('\n')}
</svg>
`;
}
