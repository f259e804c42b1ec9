/** This page's own session, to be tried by hand. */

import { pageLanes, recorder } from '../instruments/instrumented-client.ts';
import { RollingTimeline } from '../timeline/RollingTimeline.tsx';
import { Log } from './Log.tsx';
import { OrderList } from './OrderList.tsx';
import { BY_HAND, useScrollToHash } from './place.ts';
import { Requests } from './Requests.tsx';
import { ServerView } from './ServerView.tsx';
import { Session } from './Session.tsx';
import { Settings } from './Settings.tsx';
import { Tabs } from './Tabs.tsx';
import { Upload } from './Upload.tsx';
import './by-hand.css';

export function ByHand() {
  const section = useScrollToHash<HTMLElement>(BY_HAND);
  return (
    <section aria-labelledby="by-hand-title" className="part" id={BY_HAND} ref={section}>
      <h2 id="by-hand-title">Try it by hand</h2>
      <p className="lead">
        1. Sign in as Ada. 2. Expire the tokens. 3. Send 20 requests. Then open another tab, and watch both here.
      </p>
      <div className="columns">
        <div className="column">
          <Session />
          <OrderList />
        </div>
        <div className="column">
          <Requests />
          <Tabs />
        </div>
      </div>
      <div className="panel">
        <RollingTimeline
          lanes={pageLanes}
          title="The last seconds, in all tabs"
          ownTab={recorder.tab.id}
          empty="Nothing yet: send some requests."
        />
      </div>
      <div className="columns">
        <div className="column">
          <ServerView />
          <Upload />
        </div>
        <div className="column">
          <Settings />
          <Log />
        </div>
      </div>
      <p className="detail">
        In the console, too: <code>await demo.auth.fetch('/api/me')</code>,{' '}
        <code>await demo.api.get('orders').json()</code>
      </p>
    </section>
  );
}
