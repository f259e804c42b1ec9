/** What calls of the auth server have in common: how they are recorded and told, and how they look when they fail. */

import type { Instruments } from '../../instruments/instruments.ts';
import { Cross, extent, fits, type Look, StripBar } from '../../timeline/pieces.tsx';
import { duration } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import type { Box } from './kind.ts';

export interface AuthSpan extends Span {
  /** 0: no answer came. */
  readonly status?: number;
}

/** @param endpoint the end of its path */
export function recordAuthCalls({ recorder, network }: Instruments, endpoint: string, kind: string): void {
  network.onSending(({ path }) => {
    if (!path.endsWith(`/auth/${endpoint}`)) return undefined;
    const change = recorder.begin<AuthSpan>({ kind });
    return ({ status }) => change({ to: now(), status });
  });
}

export function authCallInWords(span: AuthSpan): string {
  const answer = span.status === undefined ? 'no answer yet' : span.status || 'no answer';
  return `${span.kind}: ${answer} (${duration(span)})`;
}

const FAILED: Look = { fill: 'var(--bad-ground)', stroke: 'var(--bad)' };

/** @param colour of the label, as long as it doesn't fail */
export function drawAuthCall(span: AuthSpan, box: Box, colour: string, look: Look) {
  const { kind, status } = span;
  if (status === undefined || (status > 0 && status < 400))
    return (
      <g className={`auth-call ${kind}`}>
        <StripBar span={span} box={box} label={kind} colour={colour} look={look} />
      </g>
    );
  const label = `${kind} ${status || '✕'}`;
  const { x, width } = extent(box.view, span.from, span.to ?? box.end);
  return (
    <g className={`auth-call ${kind} failed`}>
      <StripBar span={span} box={box} label={label} colour="var(--bad)" look={FAILED} />
      {!fits(label, width) && <Cross x={x + width} height={box.height} />}
    </g>
  );
}
