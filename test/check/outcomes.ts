/** What the command has found, read from the lines that it printed. */

import type { Outcome } from '../../src/check/finding.ts';
import { RULE_IDS, RULES, type RuleId } from '../../src/check/rules.ts';

export type Outcomes = Partial<Record<RuleId, Outcome>>;

const MARKS: Readonly<Record<string, Outcome>> = { '✓': 'kept', '✗': 'broken', '?': 'unclear', '-': 'unchecked' };

export function outcomesIn(lines: readonly string[]): Outcomes {
  const found = RULE_IDS.flatMap((id) => {
    const line = lines.find((each) => MARKS[each.charAt(0)] && each.slice(15).startsWith(RULES[id].title));
    return line ? [[id, MARKS[line.charAt(0)]]] : [];
  });
  return Object.fromEntries(found);
}

/** @param outcome of which nothing needs to be said */
export const not = (outcome: Outcome, outcomes: Outcomes): Outcomes =>
  Object.fromEntries(Object.entries(outcomes).filter(([, each]) => each !== outcome));
