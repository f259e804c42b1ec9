/** An API that answers 401 whatever token it gets. */

import { within } from '../../places/place.ts';
import { isSignedIn, openTabs } from '../tabs.ts';
import { type Fault, wordOf } from './fault.ts';

/** Milliseconds: whoever isn't through by then goes on. */
const PATIENCE = 4_000;

export const alwaysRefused: Fault = {
  title: 'An API that always answers 401',
  story: `One request to it. Right: one refresh at most, then the 401 is the caller's answer. Whoever isn't through after ${PATIENCE / 1_000} s is stopped.`,
  columns: ['refreshes', 'the caller', 'sent to the login page', 'session'],
  rounds: 1,
  cannot: ({ kind }) => (kind === 'tokens' ? 'it sends nothing again' : undefined),

  async play(peer, { server, chromium }) {
    const { profile, tabs } = await openTabs(chromium, peer, 1);
    const [tab] = tabs;
    try {
      if (!tab) throw new Error('There is no tab.');
      server.reset('stats');
      const outcome = await within(PATIENCE, tab.run('request', '/api/never')).catch((error: Error) => error.message);
      const { refreshCalls } = server.stats();
      const words = {
        'the caller': typeof outcome === 'string' ? '**no end**' : wordOf(outcome),
        'sent to the login page': (await tab.run('signOuts')) > 0 ? '**yes**' : 'no',
        session: (await isSignedIn(tab)) ? 'kept' : '**lost**',
      };
      return { counts: { refreshes: refreshCalls }, words };
    } finally {
      await profile.close();
    }
  },
};
