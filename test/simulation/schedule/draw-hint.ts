/** The hint cookie in a plan: what its server sets, and what others do to it meanwhile. */

import fc, { type Arbitrary } from 'fast-check';
import { often, pause, place } from './draw-act.ts';
import type { Plan, Step } from './plan.ts';

/** What others do, and where in the plan. */
const doing: Arbitrary<{ readonly where: number; readonly step: Step }> = fc.record({
  where: fc.nat({ max: 40 }),
  step: fc.record({
    after: pause,
    tab: place,
    act: fc.oneof(
      { weight: 3, arbitrary: fc.constant({ do: 'sign-out-elsewhere' as const }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('sign-in' as const),
          user: fc.constantFrom('ada' as const, 'bob' as const),
          how: fc.constant('elsewhere' as const),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ do: 'delete-hint' as const }) },
    ),
  }),
});

interface HintDraw {
  readonly hint: Plan['world']['hint'];
  readonly hasCookieEvents: boolean;
  readonly doings: readonly { readonly where: number; readonly step: Step }[];
}

/** In half of the worlds there is none. */
const NONE = [undefined, undefined, undefined, undefined] as const;
const HINTS = ['of-sessions', 'of-sessions', 'of-rotations', 'never-set'] as const;

const hintDraw = (isAlways: boolean): Arbitrary<HintDraw> =>
  fc.record({
    hint: isAlways ? fc.constantFrom(...HINTS) : fc.constantFrom(...NONE, ...HINTS),
    hasCookieEvents: often(true, 3, false),
    doings: fc.array(doing, { maxLength: 3 }),
  });

/** Drawn after the rest of the plan, which is what it would be without it. */
export const withHint = (plan: Arbitrary<Plan>, howOften: 'always' | 'sometimes' | 'never'): Arbitrary<Plan> =>
  howOften === 'never'
    ? plan
    : fc.tuple(plan, hintDraw(howOften === 'always')).map(([drawn, { hint, hasCookieEvents, doings }]) => {
        if (!hint || drawn.world.holder !== 'cookie') return drawn;
        const steps = [...drawn.steps];
        for (const { where, step } of doings) steps.splice(where % (steps.length + 1), 0, step);
        return { ...drawn, world: { ...drawn.world, hint, hasCookieEvents }, steps };
      });
