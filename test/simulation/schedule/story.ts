/** Tells a counterexample as a story. */

import type { Play } from '../play.ts';
import type { Plan } from './plan.ts';

/** What is told of a world, where it isn't the usual one. */
const USUAL: Readonly<Record<string, unknown>> = {
  holder: 'cookie',
  engine: 'chromium',
  tokens: 'jwt',
  saysLifetime: true,
  repeatsTokens: false,
  rotates: true,
  refusal: 'status',
  names: 1,
  overlap: 0,
  storage: 'works',
  hasLocks: true,
  hasChannel: true,
  lostMessages: 0,
  doubledMessages: 0,
  hint: undefined,
  hasCookieEvents: undefined,
};

export function tell({ world, habit, tabs, user }: Plan, { violation, story }: Play): string {
  const unusual = Object.entries(world)
    .filter(([name, value]) => name in USUAL && value !== USUAL[name])
    .map(([name, value]) => `${name} ${value}`);
  return [
    `A world with ${[...unusual, `access tokens of ${world.lifetime} s`].join(', ')}; seed ${world.seed}.`,
    `An app that is ${habit} has ${tabs} tabs; signed in: ${user}.`,
    '',
    ...story,
    '',
    violation
      ? `Broken: ${violation.promise}.\n  At ${Math.round(violation.at)} ms: ${violation.what}.`
      : 'No promise was broken.',
  ].join('\n');
}
