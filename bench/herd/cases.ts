/** Each case that is simulated: what happens, how the server answers, and what "evenly" means in it. */

import type { Panel } from './chart.ts';
import { CUT, deploy, HAPPENS, MINUTE, morning, network, outage, type Scene, SECOND } from './scenes.ts';
import { type Answer, healthy, limited, outOfOrder, type TokenServer } from './server.ts';

export interface Case {
  readonly what: string;
  readonly scene: Scene;
  /** A new one for each run: it may count. */
  readonly server: () => TokenServer;
  /** Seconds, where they are others than the scenario's: the longest pause that a client may be in. */
  readonly window?: number;
  /** Whether the naive client is run for comparison. */
  readonly isCompared?: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What happens at the charts' moment 0. */
  readonly zero: string;
  /** The second from which the first calls are counted. */
  readonly from: number;
  /** Seconds over which one call of each client is spread to be even, and why. */
  readonly window: number;
  readonly whyWindow: string;
  /** What the figures say, and where they can't be even. */
  readonly reading: string;
  /** Seconds from one refresh of a client to the next, about. */
  readonly cycle: number;
  /** What the upper chart shows. */
  readonly near: Pick<Panel, 'unit' | 'from' | 'to' | 'step'>;
  /** The first is drawn. */
  readonly cases: readonly Case[];
}

/** Calls per second that the limited server serves: two and a half times those of a quiet herd of 100,000. */
const capacity = (clients: number): number => clients / 100;
const later = (status: 429 | 503, retryAfter?: number): (() => Answer) => {
  return () => ({ status, retryAfter });
};
const inOrderFrom = HAPPENS / SECOND;

/** The server is out of order for five minutes, and fit again when the scene's moment has come. */
const broken = (refusal: (now: number) => Answer, otherwise: TokenServer): TokenServer =>
  outOfOrder(HAPPENS - CUT, HAPPENS, refusal, otherwise);

export const scenariosFor = (clients: number): readonly Scenario[] => {
  const most = capacity(clients);
  const plain503 = later(503);
  return [
    {
      name: 'outage',
      title: 'After an outage of five minutes',
      zero: 'the token endpoint works again',
      from: inOrderFrom,
      window: 30,
      whyWindow: 'the longest pause that no server has named is 30 s: by then each client has called again',
      reading:
        'Where the server names 30 s, the longest pause is 59 s, by the jitter on top. Where it names one moment to all, they all come in it: a named pause is obeyed to the second.',
      cycle: 273,
      near: { unit: 's', from: 0, to: 90, step: 10 },
      cases: [
        {
          what: 'it answered 500',
          scene: outage,
          server: () => broken(() => ({ status: 500 }), healthy),
          isCompared: true,
        },
        {
          what: 'it answered 503 with `Retry-After: 30`',
          scene: outage,
          server: () => broken(later(503, 30 * SECOND), healthy),
          window: 59,
        },
        {
          what: 'as the first; then it serves no more than its limit, and answers 503 beyond',
          scene: outage,
          server: () => broken(() => ({ status: 500 }), limited(most, plain503)),
        },
        {
          what: '… and answers 503 with `Retry-After: 10` beyond',
          scene: outage,
          server: () => broken(() => ({ status: 500 }), limited(most, later(503, 10 * SECOND))),
        },
        {
          what: 'its `Retry-After` named one moment to all: the end of the outage',
          scene: outage,
          server: () => broken((now) => ({ status: 503, retryAfter: HAPPENS - now }), healthy),
        },
        {
          what: 'its `Retry-After` named each client a moment of its own, in the minute after the outage',
          scene: outage,
          server: () => broken((now) => ({ status: 503, retryAfter: HAPPENS - now + spread(now) }), healthy),
          window: 60,
        },
      ],
    },
    {
      name: 'deploy',
      title: 'After a deploy that voids all access tokens',
      zero: 'the deploy',
      from: inOrderFrom,
      window: 270,
      whyWindow: 'whoever sends no request is refreshed ahead of expiry, 270 s after the deploy at the latest',
      reading:
        'A caller waits for each of the first refreshes, so nothing may delay them: they come when requests meet their 401. Where the server refuses what is too much and names no time, the retries come on top.',
      cycle: 273,
      near: { unit: 's', from: 0, to: 90, step: 10 },
      cases: [
        { what: 'the server serves all', scene: deploy, server: () => healthy, isCompared: true },
        {
          what: 'it serves no more than its limit, and answers 503 beyond',
          scene: deploy,
          server: () => limited(most, plain503),
        },
        {
          what: '… and answers 429 with `Retry-After: 10` beyond',
          scene: deploy,
          server: () => limited(most, later(429, 10 * SECOND)),
        },
      ],
    },
    {
      name: 'morning',
      title: 'Nine in the morning',
      zero: 'nine o’clock',
      from: 0,
      window: 600 / 0.9,
      whyWindow: 'nine of ten people begin within ten minutes, so the calls of all would take eleven',
      reading: 'The calls come as the people do. A lifetime later the wave is as wide as before, and no higher.',
      cycle: 873,
      near: { unit: 'min', from: -10, to: 30, step: 5 },
      cases: [{ what: 'the server serves all', scene: morning, server: () => healthy, isCompared: true }],
    },
    {
      name: 'network',
      title: 'After a network cut of five minutes',
      zero: 'the network is back',
      from: inOrderFrom,
      window: 30,
      whyWindow: 'without the event `online` each client would have called again within 30 s',
      reading:
        'The event `online` ends all pauses, so that a person who is back online needn’t wait: the first calls aren’t spread. The later ones are.',
      cycle: 273,
      near: { unit: 's', from: 0, to: 90, step: 10 },
      cases: [
        { what: 'the server serves all', scene: network, server: () => healthy, isCompared: true },
        {
          what: 'it serves no more than its limit, and answers 503 with `Retry-After: 10` beyond',
          scene: network,
          server: () => limited(most, later(503, 10 * SECOND)),
        },
      ],
    },
  ];
};

/** What a server does that has no dice: the clock's last digits are as good. */
const spread = (now: number): number => ((now * 7_919) % MINUTE) | 0;
