/** A request of Ada's that is under way while Bob signs in in another tab. */

import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../places/place.ts';
import { openTabs } from '../tabs.ts';
import { type Fault, wordOf } from './fault.ts';

export const anotherUser: Fault = {
  title: 'Another user',
  story:
    'Ada sends a POST with a token that has expired. The 401 is slow, and Bob signs in in another tab meanwhile. Then the 401 arrives. Right: the ' +
    'POST is never executed as Bob.',
  columns: ['Ada’s POST was executed as', 'what its caller got', 'Bob is signed in afterwards'],
  rounds: 2,
  cannot: ({ kind }) => (kind === 'tokens' ? 'it sends nothing again' : undefined),

  async play(peer, { server, chromium }) {
    const { profile, tabs } = await openTabs(chromium, peer, 2);
    const [adas, bobs] = tabs;
    try {
      if (!adas || !bobs) throw new Error('There are no two tabs.');
      server.expire();
      const hold = server.holdApi();
      const post = within(12_000, adas.run('request', '/api/echo', { method: 'POST', body: 'Ada orders tea' }));
      await hold.arrived;
      await bobs.run('signIn', 'bob');
      await sleep(100);
      hold.release();
      const outcome = await post.catch((error: Error) => ({ error: error.message }));
      const done = server.log().findLast(({ path, outcome }) => path === '/api/echo' && outcome === 'good');
      const bob = await within(12_000, bobs.run('request', '/api/orders')).catch(() => ({ status: 0 }));
      const isBob = bob.status === 200 && server.log().findLast(({ path }) => path === '/api/orders')?.user === 'bob';
      return {
        words: {
          'Ada’s POST was executed as': done ? (done.user === 'bob' ? '**Bob**' : `${done.user}`) : 'nobody',
          'what its caller got': wordOf(outcome),
          'Bob is signed in afterwards': isBob ? 'yes' : 'no',
        },
      };
    } finally {
      await profile.close();
    }
  },
};
