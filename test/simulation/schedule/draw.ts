/** How plans are drawn: fast-check draws them, and shrinks those that break a promise. */

import fc, { type Arbitrary } from 'fast-check';
import type { WorldRules } from '../world/browser.ts';
import { BODY_HOLDERS, type Holder } from '../world/holder.ts';
import { often } from './draw-act.ts';
import { withHint } from './draw-hint.ts';
import { scene } from './draw-scene.ts';
import type { Habit, Plan, User } from './plan.ts';

/** Which worlds are drawn. `cookie`: those without a hint cookie beside it. */
export type Worlds = 'all' | 'cookie' | 'body' | 'hint';

const holders: Readonly<Record<Worlds, Arbitrary<Holder>>> = {
  all: often<Holder>('cookie', 2, ...BODY_HOLDERS),
  cookie: fc.constant('cookie'),
  hint: fc.constant('cookie'),
  body: fc.constantFrom(...BODY_HOLDERS),
};

const HINTED = { all: 'sometimes', cookie: 'never', body: 'never', hint: 'always' } as const;

const worldOf = (worlds: Worlds): Arbitrary<WorldRules> =>
  fc.record({
    holder: holders[worlds],
    seed: fc.integer({ min: 0, max: 0x7fffffff }),
    engine: fc.constantFrom('chromium', 'firefox', 'webkit'),
    tokens: fc.constantFrom('jwt', 'jwt', 'numbers', 'opaque'),
    saysLifetime: often(true, 8, false),
    repeatsTokens: often(false, 8, true),
    refusal: often<'status' | 'body'>('status', 8, 'body'),
    names: often<1 | 2>(1, 12, 2),
    lifetime: fc.constantFrom(60, 20, 300),
    rotates: often(true, 6, false),
    overlap: fc.constantFrom(0, 0, 10_000),
    storage: often('works', 9, 'full', 'absent'),
    hasLocks: often(true, 15, false),
    hasChannel: often(true, 15, false),
    lostMessages: often(0, 9, 5, 30),
    doubledMessages: often(0, 3, 20),
    countsSleep: fc.boolean(),
  });

export const planIn = (worlds: Worlds): Arbitrary<Plan> => withHint(planWithoutHint(worlds), HINTED[worlds]);

const planWithoutHint = (worlds: Worlds): Arbitrary<Plan> =>
  fc.record({
    world: worldOf(worlds),
    habit: often<Habit>('quiet', 4, 'throws', 'refetches', 'calls-back'),
    tabs: fc.integer({ min: 1, max: 4 }),
    user: often<User | 'nobody'>('ada', 5, 'nobody'),
    steps: fc.array(scene, { minLength: 1, maxLength: 16, size: 'max' }).map((scenes) => scenes.flat()),
  });
