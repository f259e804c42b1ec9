/** What goes wrong for others, played with real pages against a server that forgives nothing. */

import { pause, until } from '../shared/waiting.ts';
import type { Outcome } from '../tab/tab.ts';
import { count, nameOf } from '../timeline/words.ts';
import { outcomesInWords, told } from './outcomes-in-words.ts';
import type { Stage } from './stage.ts';

/** What was promised, beside what was seen. */
export interface Finding {
  readonly promised: string;
  readonly seen: string;
  readonly verdict: 'kept' | 'broken';
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly story: string;
  run(stage: Stage): Promise<Finding[]>;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'one-refresh',
    title: '20 requests, 1 refresh',
    story: 'A page sends 20 requests at once, and the token in all of them has expired.',
    async run({ server, begin, say, openTab }) {
      await server.change({ apiLatency: 60, refreshLatency: 500 });
      const tab = await openTab();
      await tab.signIn('ada');
      await server.expireTokens();
      await begin();
      say('Twenty requests go out with an expired token…');
      const outcomes = await tab.send(20);
      const { refreshCalls } = await server.stats();
      return [
        answered(outcomes, 'All 20 requests are answered.'),
        finding('The auth server is called once.', count(refreshCalls, 'call'), refreshCalls === 1),
        await noAlarm(server),
        answered(await tab.send(1), 'The user is still signed in: the next request is answered, too.'),
      ];
    },
  },
  {
    id: 'six-tabs',
    title: '6 tabs',
    story: 'A user with six tabs open comes back to an expired token, and all the tabs want data at the same moment.',
    async run({ server, begin, say, openTab }) {
      await server.change({ apiLatency: 60, refreshLatency: 400 });
      const first = await openTab();
      await first.signIn('ada');
      await begin();
      say('Five more tabs are opened…');
      const tabs = [first];
      while (tabs.length < 6) tabs.push(await openTab());
      const toOpen = (await server.stats()).refreshCalls;
      await server.expireTokens();
      await server.resetCounts();
      say('The token expires, and each tab sends five requests…');
      const outcomes = await Promise.all(tabs.map((tab) => tab.send(5)));
      const { refreshCalls, overlappingRefreshes } = await server.stats();
      const stillIn = tabs.filter((tab) => tab.user() === 'ada').length;
      return [
        finding('A new tab is signed in without the auth server.', count(toOpen, 'call'), toOpen === 0),
        answered(outcomes.flat(), 'All 30 requests are answered.'),
        finding('The auth server is called once for six tabs.', count(refreshCalls, 'call'), refreshCalls === 1),
        finding('Refreshes never overlap.', count(overlappingRefreshes, 'overlap'), overlappingRefreshes === 0),
        await noAlarm(server),
        finding('All tabs are still signed in.', `${stillIn} of 6`, stillIn === 6),
      ];
    },
  },
  {
    id: 'closed-tab',
    title: 'Close the tab in mid-refresh',
    story:
      'The refresh token has been spent, its successor is on the way, and the user closes the tab that asked for it. The next tab waits a while for the cookie that may still come.',
    async run({ server, begin, say, openTab, closeTab }) {
      await server.change({ apiLatency: 60, refreshLatency: 1_000 });
      const closing = await openTab();
      await closing.signIn('ada');
      const staying = await openTab();
      await server.expireTokens();
      await begin();
      say('Tab 1 refreshes, slowly…');
      void closing.send(3);
      await until(async () => (await server.stats()).rotations === 1);
      await pause(200);
      say(
        '… and is closed in the middle of it. Tab 2 waits a little for the cookie that is still to come, and goes on…',
      );
      closeTab(closing);
      const outcomes = await staying.send(3);
      const next = await openTab();
      return [
        answered(outcomes, 'The requests of the other tab are answered.'),
        await noAlarm(server),
        finding('The session lives on: a new tab is signed in.', signedIn(next.user()), next.user() === 'ada'),
        answered(await next.send(1), 'And its requests are answered.'),
      ];
    },
  },
  {
    id: 'tunnel',
    title: 'Train in a tunnel',
    story: 'The token has expired, and the network goes away just when it should be refreshed.',
    async run({ server, begin, say, openTab }) {
      await server.change({ apiLatency: 400, refreshLatency: 200 });
      const tab = await openTab();
      await tab.signIn('ada');
      await server.expireTokens();
      await begin();
      const sending = tab.send(3);
      await pause(200);
      say('Into the tunnel, with three requests under way…');
      tab.cutNetwork();
      const inTunnel = await sending;
      const user = tab.user();
      await pause(800);
      await server.change({ apiLatency: 60 });
      tab.restoreNetwork();
      say('Out of the tunnel…');
      const afterwards = await tab.send(3);
      const { refreshCalls } = await server.stats();
      return [
        finding('Nobody is signed out in the tunnel.', `in the tunnel ${signedIn(user)}`, user === 'ada'),
        finding(
          'Callers are told to try again.',
          [...new Set(inTunnel.map(told))].join(', '),
          inTunnel.every(({ retryable }) => retryable),
        ),
        answered(afterwards, 'Outside, requests are answered without a click.'),
        finding('The auth server is called once.', count(refreshCalls, 'call'), refreshCalls === 1),
      ];
    },
  },
  {
    id: 'someone-else',
    title: 'Someone else signs in',
    story: 'Ada’s order is on its way with an expired token when Bob signs in in another tab.',
    async run({ server, begin, say, openTab }) {
      // Bob needs time to sign in before her answer comes, also on a busy machine.
      await server.change({ apiLatency: 1_300 });
      const adas = await openTab();
      await adas.signIn('ada');
      const bobs = await openTab();
      await server.expireTokens();
      await begin();
      say('Ada’s order is on its way…');
      const ordering = adas.send(1, { method: 'POST', label: 'of-ada' });
      await until(async () => (await server.stats()).unauthorized === 1);
      await pause(200);
      say('… and Bob signs in in tab 2.');
      await bobs.signIn('bob');
      await server.change({ apiLatency: 60 });
      const [outcome] = await ordering;
      const asBob = (await server.log()).filter(
        ({ requestId, user, status }) => requestId?.startsWith('of-ada') && user === 'bob' && status === 200,
      ).length;
      const next = await openTab();
      return [
        finding('Ada’s order is never placed as Bob.', count(asBob, 'order of hers', 'orders of hers'), asBob === 0),
        finding(
          'Her request ends with an error that says why.',
          told(outcome),
          outcome?.what === 'SessionChangedError',
        ),
        await noAlarm(server),
        finding('No late answer brings Ada back: a new tab is Bob’s.', signedIn(next.user()), next.user() === 'bob'),
      ];
    },
  },
];

const finding = (promised: string, seen: string, kept: boolean): Finding => ({
  promised,
  seen,
  verdict: kept ? 'kept' : 'broken',
});

const signedIn = (user: string | undefined): string => (user ? `${nameOf(user)} is signed in` : 'nobody is signed in');

function answered(outcomes: readonly Outcome[], promised: string): Finding {
  const good = outcomes.filter(({ what }) => what === '200').length;
  return finding(promised, outcomesInWords(outcomes), good === outcomes.length);
}

async function noAlarm(server: Stage['server']): Promise<Finding> {
  const { reuseAlarms } = await server.stats();
  return finding('No spent refresh token comes back.', count(reuseAlarms, 'reuse alarm'), reuseAlarms === 0);
}
