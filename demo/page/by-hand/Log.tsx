/** The live log of this tab, newest first. */

import { useSyncExternalStore } from 'react';
import { journal } from './journal.ts';

export function Log() {
  const entries = useSyncExternalStore(journal.subscribe, journal.get);
  return (
    <section aria-labelledby="log-title" className="panel">
      <div className="title">
        <h3 id="log-title">This tab’s log</h3>
        <button type="button" data-testid="clear-log" onClick={() => journal.set([])}>
          Clear
        </button>
      </div>
      <ol className="log" data-testid="log">
        {entries.map(({ id, at, kind, text, times }) => (
          <li key={id} data-kind={kind}>
            <time dateTime={at.toISOString()}>{at.toLocaleTimeString('en-GB')}</time>
            <span className="kind">{kind}</span>
            <span className="text">
              {text}
              {times > 1 && <strong> × {times}</strong>}
            </span>
          </li>
        ))}
      </ol>
      {entries.length === 0 && <p className="detail">Nothing yet.</p>}
    </section>
  );
}
