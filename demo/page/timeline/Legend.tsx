/** What the bars mean. */

import { KINDS } from '../trace/kinds/index.ts';

const ENTRIES = KINDS.flatMap(({ legend }) => legend);

export function Legend() {
  return (
    <ul className="legend" aria-label="What the bars mean">
      {ENTRIES.map(({ name, sample }) => (
        <li key={name}>
          <svg width="28" height="12" aria-hidden="true">
            {sample}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
