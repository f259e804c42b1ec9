/** This page's own session, to be tried by hand. */

import { pageLanes, recorder } from '../instruments/instrumented-client.ts';
import { Timeline } from '../timeline/Timeline.tsx';
import { Log } from './Log.tsx';
import { OrderList } from './OrderList.tsx';
import { Requests } from './Requests.tsx';
import { ServerView } from './ServerView.tsx';
import { Session } from './Session.tsx';
import { Settings } from './Settings.tsx';
import { Tabs } from './Tabs.tsx';
import { Upload } from './Upload.tsx';
import './by-hand.css';

export function ByHand() {
  return (
    <section aria-labelledby="by-hand-title" className="part">
      <h2 id="by-hand-title">Try it by hand</h2>
      <p className="lead">
        Sign in, let the tokens expire, send a burst; open another tab and watch both. In the console:{' '}
        <code>await demo.auth.fetch('/api/me')</code>, <code>await demo.api.get('orders').json()</code>
      </p>
      <div className="panel">
        <Timeline
          lanes={pageLanes}
          title="The last seconds, in all tabs"
          ownTab={recorder.tab.id}
          empty="Nothing yet: send some requests."
        />
      </div>
      <div className="columns">
        <div className="column">
          <Session />
          <Requests />
          <Tabs />
          <OrderList />
          <Upload />
        </div>
        <div className="column">
          <ServerView />
          <Settings />
          <Log />
        </div>
      </div>
    </section>
  );
}
