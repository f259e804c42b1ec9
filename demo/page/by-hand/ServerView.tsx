/** The server's own count, which knows nothing of what the client claims. */

import { useSyncExternalStore } from 'react';
import type { Stats } from '../../server/activity.ts';
import { server } from '../demo-server/control.ts';
import { serverNews } from '../demo-server/news.ts';
import { noteError } from './journal.ts';

interface Count {
  readonly name: Exclude<keyof Stats, 'apiRequests'>;
  readonly label: string;
  /** Shown as an alarm when it isn't 0. */
  readonly alarm?: 'alarm';
}

/** Together they are all refresh calls that were answered. */
const ENDS: readonly Count[] = [
  { name: 'rotations', label: 'gave a new token' },
  { name: 'refreshesOfNobody', label: 'nobody was signed in' },
  { name: 'rejectedRefreshes', label: 'rejected' },
  { name: 'repeatedRefreshes', label: 'same token again (overlap)' },
  { name: 'faultyRefreshes', label: 'met a fault' },
];

/** These always stand there; the others only when there are some. */
const ALWAYS = ['rotations', 'refreshesOfNobody', 'rejectedRefreshes'];

const ALARMS: readonly Count[] = [
  { name: 'reuseAlarms', label: 'spent tokens that came back', alarm: 'alarm' },
  { name: 'overlappingRefreshes', label: 'refreshes at the same time', alarm: 'alarm' },
];

export function ServerView() {
  const { stats, log } = useSyncExternalStore(serverNews.subscribe, serverNews.get);
  const requests = Object.entries(stats?.apiRequests ?? {});
  const all = requests.reduce((sum, [, number]) => sum + number, 0);
  const ends = ENDS.filter(({ name }) => ALWAYS.includes(name) || stats?.[name]);

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
      <h4>Refresh calls, and how they ended</h4>
      <dl className="counts sum">
        <Tile count={{ name: 'refreshCalls', label: 'refresh calls' }} stats={stats} />
        {ends.map((count) => (
          <Tile key={count.name} count={count} stats={stats} />
        ))}
      </dl>
      <h4>What must never happen</h4>
      <dl className="counts">
        {ALARMS.map((count) => (
          <Tile key={count.name} count={count} stats={stats} />
        ))}
      </dl>
      <h4>API requests, those sent again included</h4>
      <dl className="counts sum">
        <Figure name="apiRequests" label="API requests" number={stats && all} />
        <Figure name="answered" label="let in" number={stats && all - stats.unauthorized} />
        <Tile count={{ name: 'unauthorized', label: 'got a 401' }} stats={stats} />
      </dl>
      {requests.length > 0 && (
        <p className="detail" data-testid="bearers">
          By the user of their token: {requests.map(([user, number]) => `${user} ${number}`).join(', ')}
        </p>
      )}
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

function Tile({ count: { name, label, alarm }, stats }: { count: Count; stats: Stats | undefined }) {
  return <Figure name={name} label={label} number={stats?.[name]} className={alarm && stats?.[name] ? alarm : ''} />;
}

function Figure(props: { name: string; label: string; number: number | undefined; className?: string }) {
  const { name, label, number, className } = props;
  return (
    <div className={className}>
      <dt>{label}</dt>
      <dd data-testid={`count-${name}`}>{number ?? '–'}</dd>
    </div>
  );
}
