/** Other tabs, one that dies in mid-refresh, and a tunnel for this one. */

import { useSyncExternalStore } from 'react';
import { server } from '../demo-server/control.ts';
import { CHANNEL, network, pageLanes } from '../instruments/instrumented-client.ts';
import { pause, until } from '../shared/waiting.ts';
import { addTab, removeTab } from '../tab/frames.ts';
import { attempt } from './attempt.ts';
import { note } from './journal.ts';
import { BY_HAND } from './place.ts';

export function Tabs() {
  const isCut = useSyncExternalStore(network.subscribe, () => network.isCut);
  return (
    <section aria-labelledby="tabs-title" className="panel">
      <h3 id="tabs-title">Tabs and network</h3>
      <div className="buttons">
        <a className="button" href={`/#${BY_HAND}`} target="_blank" rel="noopener" data-testid="second-tab">
          Open another tab
        </a>
        <button type="button" data-testid="kill-tab" onClick={() => attempt('Kill a tab', killInMidRefresh)}>
          Kill a tab in mid-refresh
        </button>
        <button
          type="button"
          data-testid="offline"
          aria-pressed={isCut}
          onClick={() => (isCut ? network.restore() : network.cut())}
        >
          {isCut ? 'This tab is offline: go online' : 'Take this tab offline'}
        </button>
      </div>
    </section>
  );
}

const SLOW = 1_000;

/** A tab of this session refreshes, slowly, and is gone before the answer comes. */
async function killInMidRefresh(): Promise<void> {
  const { refreshLatency } = await server.settings();
  const tab = await addTab({ world: '', name: 'default', client: 'silent-refresh', channel: CHANNEL });
  try {
    if (!tab.user()) throw new Error('Sign in first: a tab without a session has nothing to refresh.');
    await server.change({ refreshLatency: SLOW });
    const { rotations } = await server.stats();
    await server.expireTokens();
    void tab.send(1);
    await until(async () => (await server.stats()).rotations > rotations);
    await pause(SLOW / 4);
    note(
      'server',
      'another tab has spent the refresh token, and is killed before its successor arrives; now send requests',
    );
  } finally {
    removeTab(tab, pageLanes);
    await server.change({ refreshLatency });
  }
}
