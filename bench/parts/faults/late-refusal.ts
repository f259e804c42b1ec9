/** A 401 that was on its way while another request's refresh was made. */

import { within } from '../../places/place.ts';
import { openTabs } from '../tabs.ts';
import { type Fault, wordOf } from './fault.ts';

export const lateRefusal: Fault = {
  title: 'A late 401',
  story:
    'The token expires. The API refuses a first request, and its answer is slow. A second request is refused, refreshes, and is answered. ' +
    'Then the first 401 arrives. Right: 1 refresh, and an answer to both.',
  columns: ['refreshes', 'the first request'],
  rounds: 2,
  cannot: ({ kind }) => (kind === 'tokens' ? 'it sends nothing again' : undefined),

  async play(peer, { server, chromium }) {
    const { profile, tabs } = await openTabs(chromium, peer, 1);
    const [tab] = tabs;
    try {
      if (!tab) throw new Error('There is no tab.');
      server.reset('stats');
      server.expire();
      const hold = server.holdApi();
      const first = within(10_000, tab.run('request', '/api/me?first'));
      await hold.arrived;
      const second = await within(10_000, tab.run('request', '/api/me?second'));
      hold.release();
      const outcome = await first.catch((error: Error) => ({ error: error.message }));
      if (second.status !== 200) return { words: { 'the first request': `the second: ${wordOf(second)}` } };
      return { counts: { refreshes: server.stats().refreshCalls }, words: { 'the first request': wordOf(outcome) } };
    } finally {
      await profile.close();
    }
  },
};
