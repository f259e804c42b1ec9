/** What happens in a soak, and when: all of it follows from the seed, whatever the browsers make of it. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Settings } from '../../../demo/server/settings.ts';

export type User = 'ada' | 'bob';

/** What a tab may suffer besides being closed; not every engine can do each of it. */
export type Death = 'close' | 'reload' | 'leave' | 'crash';

export type Act =
  | { readonly kind: 'send'; readonly slot: number; readonly count: number }
  | { readonly kind: 'open'; readonly slot: number }
  /** All tokens expire, all tabs ask, and then this one goes. */
  | { readonly kind: Death; readonly slot: number; readonly after: number }
  | { readonly kind: 'show'; readonly slot: number }
  | { readonly kind: 'freeze' | 'offline'; readonly slot: number; readonly ms: number }
  | { readonly kind: 'sign-in'; readonly slot: number; readonly user: User }
  | { readonly kind: 'sign-out'; readonly slot: number }
  /** All tokens expire, and all tabs ask. */
  | { readonly kind: 'storm'; readonly count: number }
  /** The server ends the user's sessions. */
  | { readonly kind: 'revoke'; readonly user: User }
  | { readonly kind: 'fault'; readonly fault: Partial<Settings>; readonly ms: number }
  | { readonly kind: 'pace'; readonly pace: Pick<Settings, 'refreshLatency' | 'apiLatency' | 'lifetime'> };

export interface Step {
  /** Milliseconds to let pass before it. */
  readonly pause: number;
  readonly act: Act;
}

export const SLOTS = 5;

/** Shares of 100; a tab that isn't there turns any act on it into its opening. */
const SHARES: readonly (readonly [share: number, act: (random: Random) => Act])[] = [
  [30, (random) => ({ kind: 'send', slot: random.slot(), count: random.upTo(20) })],
  [15, (random) => ({ kind: 'storm', count: random.upTo(10) })],
  [8, (random) => ({ kind: 'open', slot: random.slot() })],
  [4, (random) => ({ kind: 'close', slot: random.slot(), after: random.upTo(400) })],
  [4, (random) => ({ kind: 'reload', slot: random.slot(), after: random.upTo(400) })],
  [3, (random) => ({ kind: 'leave', slot: random.slot(), after: random.upTo(400) })],
  [3, (random) => ({ kind: 'crash', slot: random.slot(), after: random.upTo(400) })],
  [4, (random) => ({ kind: 'show', slot: random.slot() })],
  [3, (random) => ({ kind: 'freeze', slot: random.slot(), ms: random.upTo(3_000) })],
  [3, (random) => ({ kind: 'offline', slot: random.slot(), ms: random.upTo(3_000) })],
  [10, (random) => ({ kind: 'sign-in', slot: random.slot(), user: random.one(['ada', 'bob']) })],
  [2, (random) => ({ kind: 'sign-out', slot: random.slot() })],
  [1, (random) => ({ kind: 'revoke', user: random.one(['ada', 'bob']) })],
  [5, (random) => ({ kind: 'fault', fault: random.one(FAULTS), ms: random.upTo(2_500) })],
  [5, (random) => ({ kind: 'pace', pace: random.one(PACES) })],
];

/** None of these loses an answer that the server has spent the refresh token on: that no client can survive. */
const FAULTS: readonly Partial<Settings>[] = [
  { fault: '503', retryAfter: 1 },
  { fault: '429', retryAfter: 1 },
  { fault: 'html-403' },
  { fault: 'drop', dropAfterRotation: false },
];

const PACES = [
  { refreshLatency: 0, apiLatency: 0, lifetime: 60 },
  { refreshLatency: 150, apiLatency: 20, lifetime: 60 },
  { refreshLatency: 400, apiLatency: 60, lifetime: 4 },
  { refreshLatency: 30, apiLatency: 0, lifetime: 2 },
] as const;

interface Random {
  slot(): number;
  /** A whole number from 1. */
  upTo(most: number): number;
  one<T>(choices: readonly T[]): T;
}

/** Without end; the same for the same seed. */
export function* plan(seed: number): Generator<Step, never> {
  const generator = xoroshiro128plus(seed);
  const below = (limit: number) => uniformInt(generator, 0, limit - 1);
  const random: Random = {
    slot: () => below(SLOTS),
    upTo: (most) => 1 + below(most),
    one: (choices) => choices[below(choices.length)] as (typeof choices)[number],
  };
  yield { pause: 0, act: { kind: 'pace', pace: PACES[1] } };
  yield { pause: 0, act: { kind: 'open', slot: 0 } };
  yield { pause: 0, act: { kind: 'sign-in', slot: 0, user: 'ada' } };
  for (;;) {
    let share = below(100);
    const [, act] = SHARES.find(([each]) => {
      share -= each;
      return share < 0;
    }) as (typeof SHARES)[number];
    yield { pause: below(300), act: act(random) };
  }
}
