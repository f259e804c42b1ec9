/** How plans are drawn: fast-check draws them, and shrinks those that break a promise. */

import fc, { type Arbitrary } from 'fast-check';
import type { WorldRules } from '../world/browser.ts';
import type { Fault } from '../world/network.ts';
import type { PageStart } from '../world/page.ts';
import type { Act, ApiPath, Habit, Plan, Step, User } from './plan.ts';

const PAUSES = [0, 1, 5, 20, 50, 200, 700, 2_000, 6_000, 15_000, 40_000];

const world: Arbitrary<WorldRules> = fc.record({
  seed: fc.integer({ min: 0, max: 0x7fffffff }),
  engine: fc.constantFrom('chromium', 'firefox', 'webkit'),
  tokens: fc.constantFrom('jwt', 'jwt', 'numbers', 'opaque'),
  saysLifetime: often(true, 8, false),
  repeatsTokens: often(false, 8, true),
  refusal: often<'status' | 'body'>('status', 8, 'body'),
  names: often<1 | 2>(1, 12, 2),
  lifetime: fc.constantFrom(60, 20, 300),
  overlap: fc.constantFrom(0, 0, 10_000),
  storage: often('works', 9, 'full', 'absent'),
  hasLocks: often(true, 15, false),
  hasChannel: often(true, 15, false),
  lostMessages: often(0, 9, 5, 30),
  doubledMessages: often(0, 3, 20),
  countsSleep: fc.boolean(),
});

const fault: Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(503, 429, 500),
    retryAfter: fc.constantFrom(undefined, 1, 4, 20),
  }),
  fc.record({ kind: fc.constant('html' as const), status: fc.constantFrom(403, 200, 502) }),
  fc.record({ kind: fc.constant('slow' as const), ms: fc.constantFrom(300, 2_000, 8_000, 20_000, 40_000) }),
  fc.constantFrom<Fault>(
    { kind: 'redirect' },
    { kind: 'lost-before' },
    { kind: 'lost-after' },
    { kind: 'broken-gateway' },
    { kind: 'resent' },
  ),
);

const abortAfter = often<number | undefined>(undefined, 4, 0, 30, 400, 5_000);

const act: Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      path: often<ApiPath>('/orders', 6, '/always-401', '/step-up', '/forbidden', '/see-other'),
      method: fc.constantFrom('GET', 'POST'),
      body: fc.constantFrom('none', 'text', 'params', 'buffer', 'form', 'request'),
      times: often(1, 4, 3, 12),
      abortAfter,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      start: often<PageStart>('visible', 4, 'hidden', 'prerendered'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('sign-in' as const),
      user: fc.constantFrom('ada', 'ada', 'bob'),
      how: fc.constantFrom('request', 'request', 'tokens', 'login-page'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('sign-out' as const, 'refresh', 'restore') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('recreate' as const, 'push-state') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'reload') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('freeze' as const, 'thaw', 'hide', 'show', 'activate', 'leave', 'come-back'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), acts: fc.integer({ min: 0, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('get-token' as const), abortAfter }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      endpoint: fc.constantFrom('refresh', 'refresh', 'refresh', 'sign-out', 'login', 'api'),
      fault,
      times: often(1, 2, 2, 6),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('offline' as const, 'online') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('void-access-tokens' as const, 'revoke-session') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.constantFrom(3_000, 60_000, 3_600_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set-clock' as const),
      ms: fc.constantFrom(-3_600_000, -2_000, 2_000, 86_400_000),
    }),
  },
);

const place = often(0, 3, 1, 1, 2, 3, 4, 5, 6, 7);
const pause = fc.constantFrom(...PAUSES);
const step: Arbitrary<Step> = fc.record({ after: pause, tab: place, act });

/** A request that needs a good token. */
const ORDER: Arbitrary<Act> = fc.constant({ do: 'request', path: '/orders', method: 'POST', body: 'text', times: 1 });

/** Steps that come together where things go wrong. Each is drawn with its own times and places. */
const SCENES: readonly Arbitrary<Act>[][] = [
  [fc.constant({ do: 'open', start: 'visible' }), fc.constantFrom<Act>({ do: 'sign-out' }, { do: 'refresh' })],
  [fc.constant({ do: 'void-access-tokens' }), act, act],
  [fc.constant({ do: 'freeze' }), act, act, fc.constant({ do: 'thaw' })],
  [fc.constant({ do: 'leave' }), act, act, fc.constant({ do: 'come-back' })],
  [fc.constant({ do: 'refresh' }), fc.constantFrom<Act>({ do: 'sign-out' }, { do: 'close' }, { do: 'reload' })],
  [fc.constant({ do: 'offline' }), act, fc.constant({ do: 'online' })],
  [faultAt('refresh'), fc.constant({ do: 'void-access-tokens' }), act, act],
  [faultAt('refresh'), fc.constant({ do: 'refresh' }), fc.constant({ do: 'sign-out' })],
  [
    pausedFor(20),
    fc.constant({ do: 'void-access-tokens' }),
    act,
    fc.constant({ do: 'offline' }),
    fc.constant({ do: 'online' }),
    ORDER,
  ],
  [pausedFor(1), fc.constant({ do: 'void-access-tokens' }), ORDER, ORDER],
  // Somebody waits for their turn, and goes.
  [
    fc.constant({ do: 'fault', endpoint: 'refresh', fault: { kind: 'slow', ms: 2_000 }, times: 1 }),
    fc.constant({ do: 'void-access-tokens' }),
    ORDER,
    ORDER,
    fc.constantFrom<Act>({ do: 'close' }, { do: 'leave' }, { do: 'reload' }, { do: 'freeze' }),
    fc.constant({ do: 'refresh' }),
  ],
  // One failure is told late, and meets another one.
  [
    fc.constant({ do: 'void-access-tokens' }),
    fc.constant({ do: 'fault', endpoint: 'refresh', fault: { kind: 'lost-after' }, times: 1 }),
    ORDER,
    pausedFor(20),
    ORDER,
    ORDER,
  ],
  [faultAt('login'), fc.constant({ do: 'sign-in', user: 'bob', how: 'request' }), act],
];

const scene: Arbitrary<Step[]> = fc.oneof(
  { weight: 12, arbitrary: step.map((one) => [one]) },
  ...SCENES.map((acts) => ({
    weight: 1,
    arbitrary: fc
      .tuple(place, fc.boolean(), ...acts.map((each) => fc.tuple(pause, place, each)))
      .map(([main, isInOneTab, ...parts]) =>
        parts.map(([after, other, each]) => ({ after, tab: isInOneTab ? main : other, act: each })),
      ),
  })),
);

export const plan: Arbitrary<Plan> = fc.record({
  world,
  habit: often<Habit>('quiet', 4, 'throws', 'refetches', 'calls-back'),
  tabs: fc.integer({ min: 1, max: 4 }),
  user: often<User | 'nobody'>('ada', 5, 'nobody'),
  steps: fc.array(scene, { minLength: 1, maxLength: 16, size: 'max' }).map((scenes) => scenes.flat()),
});

/** The auth server asks for a pause of so many seconds. */
function pausedFor(retryAfter: number): Arbitrary<Act> {
  return fc.constant({
    do: 'fault',
    endpoint: 'refresh',
    fault: { kind: 'status', status: 503, retryAfter },
    times: 1,
  });
}

function faultAt(endpoint: 'refresh' | 'login'): Arbitrary<Act> {
  return fc.record({
    do: fc.constant('fault' as const),
    endpoint: fc.constant(endpoint),
    fault,
    times: fc.constant(1),
  });
}

function often<T>(usual: T, weight: number, ...others: T[]): Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}
