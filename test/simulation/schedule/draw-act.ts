/** How one step is drawn. */

import fc, { type Arbitrary } from 'fast-check';
import type { Fault } from '../world/network.ts';
import type { PageStart } from '../world/page.ts';
import type { Act, ApiPath, Step } from './plan.ts';

/** Milliseconds between two steps. */
const PAUSES = [0, 1, 5, 20, 50, 200, 700, 2_000, 6_000, 15_000, 40_000];

export const fault: Arbitrary<Fault> = fc.oneof(
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
    { kind: 'garbled' },
    { kind: 'resent' },
  ),
);

const abortAfter = often<number | undefined>(undefined, 4, 0, 30, 400, 5_000);

export const act: Arbitrary<Act> = fc.oneof(
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
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('recreate' as const, 'push-state', 'duplicate') }) },
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

export const place = often(0, 3, 1, 1, 2, 3, 4, 5, 6, 7);
export const pause = fc.constantFrom(...PAUSES);
export const step: Arbitrary<Step> = fc.record({ after: pause, tab: place, act });

/** One value that comes more often than all the others together would by chance. */
export function often<T>(usual: T, weight: number, ...others: T[]): Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}
