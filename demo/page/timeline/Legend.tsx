/** What the bars mean: those that are there. */

import { KINDS } from '../trace/kinds/index.ts';
import type { Span } from '../trace/spans.ts';

export function Legend({ spans }: { spans: readonly Span[] }) {
  const entries = KINDS.flatMap(({ names, legend }) => legend(spans.filter(({ kind }) => names.includes(kind))));
  return (
    <ul className="legend" aria-label="What the bars mean" data-testid="legend">
      {entries.map(({ name, sample, width = 28 }) => (
        <li key={name}>
          <svg width={width} height="12" aria-hidden="true">
            {sample}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
