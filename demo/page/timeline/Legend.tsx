/** What the bars mean. */

import type { ReactNode } from 'react';

export function Legend() {
  return (
    <ul className="legend" aria-label="What the bars mean">
      <Entry name="Ada’s tokens 0, 1, 2, and who bears them">
        <rect className="sending of-ada shade-0" x="0" width="9" height="12" rx="2" />
        <rect className="sending of-ada shade-1" x="10" width="9" height="12" rx="2" />
        <rect className="sending of-ada shade-2" x="20" width="9" height="12" rx="2" />
      </Entry>
      <Entry name="Bob’s">
        <rect className="sending of-bob shade-0" x="0" width="9" height="12" rx="2" />
        <rect className="sending of-bob shade-1" x="10" width="9" height="12" rx="2" />
        <rect className="sending of-bob shade-2" x="20" width="9" height="12" rx="2" />
      </Entry>
      <Entry name="waits">
        <rect className="waiting" y="5" width="28" height="2" />
      </Entry>
      <Entry name="met a 401">
        <rect className="sending of-ada shade-0" y="2" width="18" height="8" rx="1.5" />
        <rect className="refused" x="17" width="2.5" height="12" />
      </Entry>
      <Entry name="sent again">
        <rect className="sending of-ada shade-1 again" x="4" y="2" width="20" height="8" rx="1.5" />
      </Entry>
      <Entry name="failed">
        <path className="cross" d="M10 2l8 8M18 2l-8 8" />
      </Entry>
      <Entry name="refresh">
        <g className="auth-call refresh">
          <rect y="0.5" width="28" height="11" rx="3" />
        </g>
      </Entry>
      <Entry name="sign-in or sign-out">
        <g className="auth-call sign-in">
          <rect x="0.5" y="0.5" width="27" height="11" rx="3" />
        </g>
      </Entry>
      <Entry name="offline">
        <g className="offline">
          <rect x="0.5" y="0.5" width="27" height="11" />
        </g>
      </Entry>
      <Entry name="the tab was closed">
        <g className="gone">
          <line x1="14" x2="14" y1="0" y2="12" />
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
