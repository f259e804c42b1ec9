/** Two seconds in which no refresh succeeds, while a user goes on clicking. */

import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../places/place.ts';
import { isSignedIn, openTabs, passLifetime } from '../tabs.ts';
import type { Fault } from './fault.ts';

/** Milliseconds. */
const OUTAGE = 2_000;
const BETWEEN_CLICKS = 500;
const AFTERWARDS = 500;

const STORY = {
  '503': 'The auth server answers 503, with `Retry-After: 1`, for two seconds.',
  drop: 'The network fails at each refresh for two seconds: the request never reaches the server.',
};

export const outage = (fault: '503' | 'drop'): Fault => ({
  title: fault === '503' ? 'A 503 for two seconds' : 'Offline for two seconds',
  story:
    `The token has expired. ${STORY[fault]} The user clicks every half second, and once more half a second after the end. Right: nobody ` +
    'is signed out, and the last click is answered.',
  columns: ['sent to the login page', 'clicks that failed, of 4', 'refresh calls meanwhile', 'the click afterwards'],
  rounds: 1,

  async play(peer, { server, chromium }) {
    const open = await openTabs(chromium, peer, 1);
    const { profile, tabs } = open;
    const [tab] = tabs;
    try {
      if (!tab) throw new Error('There is no tab.');
      server.reset('stats');
      Object.assign(server.settings, { fault, retryAfter: 1, dropAfterRotation: false });
      await passLifetime(server, open);
      const clicks: Promise<boolean>[] = [];
      for (let click = 0; click < OUTAGE / BETWEEN_CLICKS; click++) {
        const outcome = within(15_000, tab.run('request', `/api/me?${click}`));
        clicks.push(
          outcome.then(
            ({ status }) => status === 200,
            () => false,
          ),
        );
        await sleep(BETWEEN_CLICKS);
      }
      const { refreshCalls } = server.stats();
      server.settings.fault = 'none';
      await sleep(AFTERWARDS);
      const afterwards = await isSignedIn(tab);
      const answered = await Promise.all(clicks);
      const signOuts = await tab.run('signOuts');
      return {
        counts: {
          'clicks that failed, of 4': answered.filter((good) => !good).length,
          'refresh calls meanwhile': refreshCalls,
        },
        words: {
          'sent to the login page': signOuts > 0 ? '**yes**' : 'no',
          'the click afterwards': afterwards ? 'answered' : '**failed**',
        },
      };
    } finally {
      await profile.close();
    }
  },
});
