/** Somebody signs in or out: a call of the login's or the logout's endpoint. */

import { SampleBar } from '../../timeline/pieces.tsx';
import { type AuthSpan, authCallInWords, drawAuthCall, legendOfCalls, recordAuthCalls } from './auth-call.tsx';
import type { Kind } from './kind.ts';

const LOOK = { fill: 'var(--panel)', stroke: 'var(--text)' };

export const signInAndOut: Kind<AuthSpan> = {
  names: ['sign-in', 'sign-out'],
  place: 'second strip',
  record(instruments) {
    recordAuthCalls(instruments, 'login', 'sign-in');
    recordAuthCalls(instruments, 'logout', 'sign-out');
  },
  inWords: authCallInWords,
  draw: (span, box) => drawAuthCall(span, box, 'var(--text)', LOOK),
  legend: (spans) => legendOfCalls(spans, [{ name: 'sign-in or sign-out', sample: <SampleBar look={LOOK} /> }]),
};
