/** A call of the token endpoint. */

import { SampleBar } from '../../timeline/pieces.tsx';
import { count } from '../../timeline/words.ts';
import { type AuthSpan, authCallInWords, drawAuthCall, legendOfCalls, recordAuthCalls } from './auth-call.tsx';
import type { Kind } from './kind.ts';

const LOOK = { fill: 'var(--text)' };

export const refresh: Kind<AuthSpan> = {
  names: ['refresh'],
  place: 'second strip',
  record: (instruments) => recordAuthCalls(instruments, 'refresh', 'refresh'),
  inWords: authCallInWords,
  summary: (spans) => `${count(spans.length, 'call')} of the token endpoint`,
  draw: (span, box) => drawAuthCall(span, box, 'var(--panel)', LOOK),
  legend: (spans) => legendOfCalls(spans, [{ name: 'refresh', sample: <SampleBar look={LOOK} /> }]),
};
