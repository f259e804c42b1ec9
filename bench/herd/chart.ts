/** A chart as SVG: curves over time, calls per second on a scale on which each line is ten times the one below. */

export interface Curve {
  readonly name: string;
  /** How it is drawn: see the style below. */
  readonly look: 'naive' | 'ours' | 'even';
  /** Calls per second: each value is the most of its stretch of time. */
  readonly points: readonly { readonly at: number; readonly calls: number }[];
}

export interface Panel {
  readonly title: string;
  readonly unit: 's' | 'min';
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly curves: readonly Curve[];
}

const WIDTH = 860;
const LEFT = 78;
const RIGHT = 34;
const PANEL = 250;
const GAP = 92;
const TOP = 98;
/** The highest power of ten on the scale. */
const DECADES = 5;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 17px; font-weight: 600 }
  .panel { font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .zero { stroke: #57606a; stroke-width: 1 }
  .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round }
  .naive { stroke: #bc4c00; stroke-width: 1.2 }
  .ours { stroke: #0969da }
  .even { stroke: #1a7f37; stroke-width: 2.4; stroke-dasharray: 7 5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .grid { stroke: #30363d }
    .zero { stroke: #8b949e }
    .naive { stroke: #f0883e }
    .ours { stroke: #58a6ff }
    .even { stroke: #3fb950 }
  }`;

const round = (value: number): string => String(Math.round(value * 10) / 10);

function drawPanel({ title, unit, from, to, step, curves }: Panel, top: number): string {
  const xOf = (at: number) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  // Less than one call is drawn as none, at the foot.
  const yOf = (calls: number) => top + PANEL * (1 - Math.min(1, Math.log10(Math.max(1, calls)) / DECADES));
  const parts = [`<text class="panel" x="${LEFT}" y="${top - 12}">${title}</text>`];
  for (let power = 0; power <= DECADES; power++) {
    const y = round(yOf(10 ** power));
    parts.push(`<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/>`);
    parts.push(
      `<text x="${LEFT - 8}" y="${Number(y) + 4}" text-anchor="end">${(10 ** power).toLocaleString('en')}</text>`,
    );
  }
  for (let at = from; at <= to; at += step) {
    const x = round(xOf(at));
    parts.push(`<path class="${at === 0 ? 'zero' : 'grid'}" d="M${x} ${top}v${PANEL + 5}"/>`);
    parts.push(`<text x="${x}" y="${top + PANEL + 21}" text-anchor="middle">${at} ${unit}</text>`);
  }
  for (const { look, points } of curves) {
    const shown = points.filter(({ at }) => at >= from && at <= to);
    // A curve that goes on beyond the edge is drawn up to it.
    const next = points.find(({ at }) => at > to);
    if (next) shown.push({ at: to, calls: next.calls });
    const path = shown.map(({ at, calls }) => `${round(xOf(at))} ${round(yOf(calls))}`).join('L');
    parts.push(`<path class="curve ${look}" d="M${path}"/>`);
  }
  return parts.join('\n');
}

export function drawChart(title: string, panels: readonly Panel[]): string {
  const height = TOP + panels.length * (PANEL + GAP) - 40;
  const legend = (panels[0]?.curves ?? []).map(({ name, look }, index) => {
    const x = LEFT + index * 235;
    return `<path class="curve ${look}" d="M${x} 46h28"/><text x="${x + 36}" y="50">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${title}</title>
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}" fill="#fff"/>
<text class="title" x="${LEFT}" y="26">${title}: refresh calls per second</text>
${legend.join('\n')}
<text x="${LEFT}" y="72">Upwards: calls per second, each line ten times the one below. To the right: time.</text>
${panels.map((panel, index) => drawPanel(panel, TOP + 18 + index * (PANEL + GAP))).join('\n')}
</svg>
`;
}
