/** What calls of the auth server have in common: how they are recorded and told, and how they look when they fail. */

import type { Instruments } from '../../instruments/instruments.ts';
import { Cross, extent, fits, type Look, SampleBar, StripBar } from '../../timeline/pieces.tsx';
import { duration } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import type { Box, LegendEntry } from './kind.ts';

export interface AuthSpan extends Span {
  /** 0: no answer came. */
  readonly status?: number;
  /** Somebody was signed in here when it began. Where nobody was, a 401 is a plain answer: there is no session. */
  readonly signedIn?: boolean;
}

/** @param endpoint the end of its path */
export function recordAuthCalls({ recorder, network, client }: Instruments, endpoint: string, kind: string): void {
  network.onSending(({ path }) => {
    if (!path.endsWith(`/auth/${endpoint}`)) return undefined;
    const change = recorder.begin<AuthSpan>({ kind, signedIn: client.signedIn() });
    return ({ status }) => change({ to: now(), status });
  });
}

type Ending = 'well' | 'nobody' | 'failed';

function endingOf({ kind, status, signedIn }: AuthSpan): Ending {
  if (status === undefined || (status > 0 && status < 400)) return 'well';
  return kind === 'refresh' && status === 401 && !signedIn ? 'nobody' : 'failed';
}

export function authCallInWords(span: AuthSpan): string {
  if (endingOf(span) === 'nobody') return `asked who is signed in: nobody (${duration(span)})`;
  const answer = span.status === undefined ? 'no answer yet' : span.status || 'no answer';
  return `${span.kind}: ${answer} (${duration(span)})`;
}

const FAILED: Look = { fill: 'var(--bad-ground)', stroke: 'var(--bad)' };
const NOBODY: Look = { fill: 'var(--ground)', stroke: 'var(--edge)' };

/** @param colour of the label, as long as it doesn't fail */
export function drawAuthCall(span: AuthSpan, box: Box, colour: string, look: Look) {
  const { kind, status } = span;
  const ending = endingOf(span);
  const label = `${kind} ${status || '✕'}`;
  const { x, width } = extent(box.view, span.from, span.to ?? box.end);
  return (
    <g className={`auth-call ${kind} ${ending}`}>
      {ending === 'well' && <StripBar span={span} box={box} labels={[kind]} colour={colour} look={look} />}
      {ending === 'nobody' && (
        <StripBar span={span} box={box} labels={['nobody signed in', 'nobody']} colour="var(--quiet)" look={NOBODY} />
      )}
      {ending === 'failed' && <StripBar span={span} box={box} labels={[label]} colour="var(--bad)" look={FAILED} />}
      {ending === 'failed' && !fits(label, width) && <Cross x={x + width} height={box.height} />}
    </g>
  );
}

/** @param well of those that don't fail */
export function legendOfCalls(spans: readonly AuthSpan[], well: readonly LegendEntry[]): readonly LegendEntry[] {
  const endings = new Set(spans.map(endingOf));
  const [kind = ''] = spans.map((span) => span.kind);
  return [
    ...(endings.has('well') ? well : []),
    ...(endings.has('nobody') ? [{ name: 'asked who is signed in: nobody', sample: <SampleBar look={NOBODY} /> }] : []),
    ...(endings.has('failed') ? [{ name: `${kind} in vain`, sample: <SampleBar look={FAILED} /> }] : []),
  ];
}
