/** P12: each promise settles, with a value, the caller's own abort, a network error or a typed error. */

import type { AuthError } from '../../../src/index.ts';
import type { Browser } from '../world/browser.ts';
import type { RuleMaker } from './judge.ts';

/** What the client gives its callers, by code. */
const CODES = [
  ...(['session-expired', 'signed-out', 'session-changed', 'refresh-unavailable', 'body-not-replayable'] as const),
  ...(['sign-in-failed', 'configuration'] as const),
] as const satisfies AuthError['code'][];

/** Milliseconds: `refreshTimeout`, and a slow answer before and after it. */
const LONGEST_WAIT = 15_000;

/** Its page went into the back/forward cache with it: the browser itself leaves its `fetch` pending. */
const isUnheard = ({ network }: Browser, number: string | undefined): boolean =>
  network.exchanges.some((each) => each.isUnheard && each.request.headers.get('x-request-number') === number);

export const everythingSettles: RuleMaker = ({ calls, browser }, accuse) => ({
  promise: 'Every promise settles',
  atRest() {
    for (const { label, tab, settledAt, calledAt, request } of calls) {
      const isStanding = settledAt === undefined && tab.page.isAlive;
      if (isStanding && browser.timeline.now - calledAt > LONGEST_WAIT && !isUnheard(browser, request))
        accuse(`${label} of tab ${tab.page.id} is still pending; it was called at ${Math.round(calledAt)}`);
    }
  },
});

export const errorsAreTyped: RuleMaker = (_scene, accuse) => ({
  promise: 'Every failure is one typed error',
  onSettled({ label, tab, error, isAborted }) {
    if (error === undefined) return;
    const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
    const isRequest = /^[A-Z]/.test(label);
    const isOfNetwork = (isRequest || label.startsWith('signIn(')) && error instanceof TypeError;
    const isOfCaller = !!isAborted && name === 'AbortError';
    if (!CODES.includes(code as never) && !isOfNetwork && !isOfCaller)
      accuse(`${label} of tab ${tab.page.id} failed with ${name}: ${message}`);
  },
});
