/** The server's own count, which knows nothing of what the client claims. */

import { useSyncExternalStore } from 'react';
import type { Stats } from '../../server/activity.ts';
import { server } from '../demo-server/control.ts';
import { serverNews } from '../demo-server/news.ts';
import { noteError } from './journal.ts';

interface Count {
  readonly name: keyof Stats;
  readonly label: string;
  /** Shown as an alarm when it isn't 0. */
  readonly alarm?: 'alarm';
}

const COUNTS: readonly Count[] = [
  { name: 'refreshCalls', label: 'Refresh calls' },
  { name: 'rotations', label: 'Rotations' },
  { name: 'reuseAlarms', label: 'Reuse alarms', alarm: 'alarm' },
  { name: 'overlappingRefreshes', label: 'Overlapping refreshes', alarm: 'alarm' },
  { name: 'rejectedRefreshes', label: 'Rejected refreshes' },
  { name: 'unauthorized', label: '401s of the API' },
];

export function ServerView() {
  const { stats, log } = useSyncExternalStore(serverNews.subscribe, serverNews.get);
  const requests = Object.entries(stats?.apiRequests ?? {});

  return (
    <section aria-labelledby="server-title" className="panel">
      <div className="title">
        <h3 id="server-title">What the server saw</h3>
        <button
          type="button"
          data-testid="reset-counts"
          onClick={() => server.resetCounts().catch((error: unknown) => noteError('Reset', error))}
        >
          Reset counts
        </button>
      </div>
      <dl className="counts">
        {COUNTS.map(({ name, label, alarm }) => (
          <div key={name} className={alarm && stats?.[name] ? alarm : ''}>
            <dt>{label}</dt>
            <dd data-testid={`count-${name}`}>{String(stats?.[name] ?? '–')}</dd>
          </div>
        ))}
      </dl>
      <p className="detail" data-testid="count-apiRequests">
        API requests:{' '}
        {requests.length > 0 ? requests.map(([user, count]) => `${user} ${count}`).join(', ') : 'none yet'}
      </p>
      <details>
        <summary>The server’s log</summary>
        <ol className="server-log" data-testid="server-log">
          {log.map((entry) => (
            <li key={entry.serial}>
              <time>{new Date(entry.at).toLocaleTimeString('en-GB')}</time> {entry.method} {entry.path}{' '}
              <strong>{entry.status || 'dropped'}</strong> {entry.user ?? 'nobody'}
              {entry.generation === undefined ? '' : ` #${entry.generation}`}, {entry.outcome}
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
