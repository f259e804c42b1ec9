/** How a request can end without an answer of the API, and the sign for it: some ends are promises that were kept. */

import { Cross } from '../../timeline/pieces.tsx';
import type { LegendEntry } from './kind.ts';

type Outcome = 'refused for safety' | 'told to try again' | 'failed';

/** By the name of the error. */
const KEPT: Readonly<Record<string, Outcome>> = {
  SessionChangedError: 'refused for safety',
  RefreshUnavailableError: 'told to try again',
};

/** `undefined`: it was answered, or isn't over. @param outcome the status, or the error's name */
export function unansweredAs(outcome: string | undefined): Outcome | undefined {
  if (outcome === undefined || outcome.startsWith('2')) return undefined;
  return KEPT[outcome] ?? 'failed';
}

export function OutcomeSign({ outcome, x, height }: { outcome: Outcome; x: number; height: number }) {
  const transform = `translate(${x + 7} ${height / 2})`;
  if (outcome === 'failed') return <Cross x={x} height={height} />;
  if (outcome === 'told to try again')
    return (
      <g className="try-again" transform={transform} fill="none" stroke="var(--warn)" strokeWidth="1.75">
        <path d="M4 0a4 4 0 1 1-1.4-3M4-5.5v3h-3" />
      </g>
    );
  // A shield with a tick.
  return (
    <g className="refused" transform={transform}>
      <path d="M0-6.5 5-4.5V0C5 3 2.5 5.5 0 6.5-2.5 5.5-5 3-5 0v-4.5z" fill="var(--good)" />
      <path d="M-2.5 0-.5 2 2.5-2" fill="none" stroke="var(--panel)" strokeWidth="1.5" />
    </g>
  );
}

const MEANINGS: Readonly<Record<Outcome, string>> = {
  'refused for safety': 'refused for safety: promise kept',
  'told to try again': 'told to try again: promise kept',
  failed: 'failed',
};

export function legendOfOutcomes(outcomes: readonly (string | undefined)[]): readonly LegendEntry[] {
  const seen = new Set(outcomes.map(unansweredAs));
  return [...seen].flatMap((outcome) =>
    outcome ? { name: MEANINGS[outcome], width: 16, sample: <OutcomeSign outcome={outcome} x={1} height={12} /> } : [],
  );
}
