/** The page as a whole. */

import { useEffect, useSyncExternalStore } from 'react';
import { auth } from './auth.ts';
import { Controls } from './Controls.tsx';
import { Log } from './Log.tsx';
import { ServerView } from './ServerView.tsx';
import { describe, Session } from './Session.tsx';
import { Settings } from './Settings.tsx';

export function App() {
  const state = useSyncExternalStore(auth.subscribe, auth.getState);
  const status = describe(state);

  useEffect(() => {
    document.title = `${status} · silent-refresh demo`;
  }, [status]);

  return (
    <>
      <header>
        <h1>silent-refresh</h1>
        <p>
          One expiry, one refresh, in all tabs. In the console: <code>await demo.auth.fetch('/api/me')</code>,{' '}
          <code>await demo.api.get('orders').json()</code>
        </p>
      </header>
      <main>
        <div className="column">
          <Session state={state} />
          <Controls />
        </div>
        <div className="column watch">
          <ServerView />
          <Log />
        </div>
        <div className="column">
          <Settings state={state} />
        </div>
      </main>
    </>
  );
}
