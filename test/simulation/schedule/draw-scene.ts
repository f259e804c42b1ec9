/** Steps that come together where things go wrong, in one tab and another. */

import fc, { type Arbitrary } from 'fast-check';
import type { Fault } from '../world/network.ts';
import { act, fault, pause, place, step } from './draw-act.ts';
import type { Act, Step } from './plan.ts';

/** In which of two tabs. */
type Where = 'here' | 'there';
type ScenePart = readonly [Where, Arbitrary<Act>];

const one = (given: Act): Arbitrary<Act> => fc.constant(given);
const anyOf = (...given: Act[]): Arbitrary<Act> => fc.constantFrom(...given);
const faultAt = (endpoint: 'refresh' | 'login', what: Arbitrary<Fault>): Arbitrary<Act> =>
  what.map((each) => ({ do: 'fault', endpoint, fault: each, times: 1 }));

/** The auth server asks for a pause of so many seconds. */
const pausedFor = (retryAfter: number): Arbitrary<Act> =>
  faultAt('refresh', fc.constant({ kind: 'status', status: 503, retryAfter }));

/** A request that needs a good token. */
const ORDER = one({ do: 'request', path: '/orders', method: 'POST', body: 'text', times: 1 });
const VOID = one({ do: 'void-access-tokens' });
const BOB = one({ do: 'sign-in', user: 'bob', how: 'request' });
const GOES = anyOf(
  ...([{ do: 'close' }, { do: 'leave' }, { do: 'reload' }, { do: 'freeze' }] as const),
  ...([{ do: 'crash', acts: 0 }, { do: 'recreate' }] as const),
);

const SCENES: readonly (readonly ScenePart[])[] = [
  // A tab acts before it knows what the others know.
  [
    ['here', one({ do: 'close' })],
    ['here', one({ do: 'open', start: 'visible' })],
    ['here', anyOf({ do: 'sign-out' }, { do: 'refresh' })],
  ],
  [
    ['here', one({ do: 'close' })],
    ['there', one({ do: 'set-clock', ms: -3_600_000 })],
    ['here', one({ do: 'open', start: 'visible' })],
    ['here', anyOf({ do: 'sign-out' }, { do: 'sign-in', user: 'bob', how: 'request' })],
  ],
  // Tokens are refused in two tabs.
  [
    ['here', VOID],
    ['here', ORDER],
    ['there', ORDER],
  ],
  [
    ['here', pausedFor(1)],
    ['here', VOID],
    ['here', ORDER],
    ['there', ORDER],
  ],
  [
    ['here', faultAt('refresh', fault)],
    ['here', VOID],
    ['here', ORDER],
    ['there', act],
  ],
  // A tab stands still while others go on.
  [
    ['here', one({ do: 'freeze' })],
    ['there', act],
    ['there', act],
    ['here', one({ do: 'thaw' })],
  ],
  [
    ['here', one({ do: 'leave' })],
    ['there', act],
    ['there', act],
    ['here', one({ do: 'come-back' })],
  ],
  [
    ['here', one({ do: 'leave' })],
    ['there', BOB],
    ['there', one({ do: 'hide' })],
    ['here', one({ do: 'come-back' })],
  ],
  [
    ['here', one({ do: 'freeze' })],
    ['there', one({ do: 'refresh' })],
    ['here', one({ do: 'thaw' })],
    ['here', one({ do: 'sign-out' })],
  ],
  // Somebody goes in mid-refresh, or while they wait for their turn.
  [
    ['here', one({ do: 'refresh' })],
    ['here', GOES],
    ['there', act],
  ],
  [
    ['there', faultAt('refresh', fc.constant({ kind: 'slow', ms: 2_000 }))],
    ['there', VOID],
    ['there', ORDER],
    ['here', ORDER],
    ['here', GOES],
    ['there', one({ do: 'refresh' })],
  ],
  // A sign-out, or another user, meets a refresh.
  [
    ['here', faultAt('refresh', fault)],
    ['here', one({ do: 'refresh' })],
    ['there', one({ do: 'sign-out' })],
  ],
  [
    ['here', one({ do: 'refresh' })],
    ['here', anyOf({ do: 'sign-out' }, { do: 'sign-in', user: 'bob', how: 'request' })],
  ],
  [
    ['here', VOID],
    ['here', ORDER],
    ['there', BOB],
  ],
  [
    ['here', faultAt('login', fault)],
    ['here', BOB],
    ['there', act],
  ],
  // The server asks for a pause while a new session begins.
  [
    ['here', pausedFor(20)],
    ['here', one({ do: 'refresh' })],
    ['here', one({ do: 'sign-in', user: 'ada', how: 'tokens' })],
    ['here', one({ do: 'refresh' })],
  ],
  // Another user's cookie comes by a way that this tab doesn't see.
  [
    ['here', ORDER],
    ['there', one({ do: 'sign-in', user: 'bob', how: 'elsewhere' })],
    ['here', VOID],
    ['here', ORDER],
  ],
  [
    ['here', ORDER],
    ['there', faultAt('login', fc.constantFrom<Fault>({ kind: 'garbled' }, { kind: 'slow', ms: 40_000 }))],
    ['there', BOB],
    ['here', one({ do: 'hide' })],
    ['here', VOID],
    ['here', ORDER],
  ],
  // The connection goes and comes, also while the server wants a pause.
  [
    ['here', one({ do: 'offline' })],
    ['here', act],
    ['here', one({ do: 'online' })],
  ],
  [
    ['here', pausedFor(20)],
    ['here', VOID],
    ['here', ORDER],
    ['here', one({ do: 'offline' })],
    ['there', one({ do: 'online' })],
    ['there', ORDER],
  ],
  // One failure is told late, and meets another one.
  [
    ['here', VOID],
    ['here', faultAt('refresh', fc.constant({ kind: 'lost-after' }))],
    ['here', ORDER],
    ['there', pausedFor(20)],
    ['there', ORDER],
    ['there', ORDER],
  ],
];

/** Milliseconds. Races need steps that follow each other at once. */
const shortPause = fc.constantFrom(0, 1, 5, 20);

const playedBy = (parts: readonly ScenePart[], after: Arbitrary<number>): Arbitrary<Step[]> =>
  fc.tuple(place, place, ...parts.map(([, what]) => fc.tuple(after, what))).map(([here, there, ...drawn]) =>
    drawn.map(([pauseBefore, what], index) => ({
      after: pauseBefore,
      tab: parts[index]?.[0] === 'there' ? there : here,
      act: what,
    })),
  );

/** A scene, or a step by itself. */
export const scene: Arbitrary<Step[]> = fc.oneof(
  { weight: 3 * SCENES.length, arbitrary: step.map((each) => [each]) },
  ...SCENES.flatMap((parts) => [
    { weight: 2, arbitrary: playedBy(parts, pause) },
    { weight: 1, arbitrary: playedBy(parts, shortPause) },
  ]),
);
