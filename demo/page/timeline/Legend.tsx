/** What the bars mean. */

import type { ReactNode } from 'react';

export function Legend() {
  return (
    <ul className="legend" aria-label="What the bars mean">
      <Entry name="Ada’s token, and who bears it">
        <rect className="sending of-ada even" width="14" height="12" rx="2" />
        <rect className="sending of-ada odd" x="14" width="14" height="12" rx="2" />
      </Entry>
      <Entry name="Bob’s">
        <rect className="sending of-bob even" width="14" height="12" rx="2" />
        <rect className="sending of-bob odd" x="14" width="14" height="12" rx="2" />
      </Entry>
      <Entry name="waits">
        <rect className="waiting" y="5" width="28" height="2" />
      </Entry>
      <Entry name="met a 401">
        <rect className="sending of-ada even" y="2" width="18" height="8" rx="1.5" />
        <rect className="refused" x="17" width="2.5" height="12" />
      </Entry>
      <Entry name="sent again">
        <rect className="sending of-ada odd again" x="4" y="2" width="20" height="8" rx="1.5" />
      </Entry>
      <Entry name="failed">
        <path className="cross" d="M10 2l8 8M18 2l-8 8" />
      </Entry>
      <Entry name="refresh">
        <g className="auth-call refresh">
          <rect y="0.5" width="28" height="11" rx="3" />
        </g>
      </Entry>
      <Entry name="waits for its turn among tabs">
        <g className="auth-call lock">
          <rect x="0.5" y="0.5" width="27" height="11" rx="3" />
        </g>
      </Entry>
    </ul>
  );
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li>
      <svg width="28" height="12" aria-hidden="true">
        {children}
      </svg>
      {name}
    </li>
  );
}
