/** The findings as they are told: a line each, and for what is broken or unclear the reason, the remedy and the place. */

import type { CheckOptions } from './arguments.js';
import { type Finding, type Outcome, unchecked } from './finding.js';
import { applies, RULE_IDS, RULES, type Rule, type RuleId } from './rules.js';
import type { Secrets } from './secrets.js';

const MARKS: Readonly<Record<Outcome, string>> = {
  kept: '✓ kept       ',
  broken: '✗ broken     ',
  unclear: "? can't tell ",
  unchecked: '- not checked',
};
const INDENT = ' '.repeat(MARKS.kept.length + 4);

export interface Report {
  /** Says it at once, and once for each rule. */
  tell(id: RuleId, finding: Finding): void;
  /** All that nothing has been said of wasn't checked. */
  tellRest(why: string): void;
  /** Says how many of each, and gives whether nothing is broken. */
  summary(): boolean;
}

export function createReport(print: (line: string) => void, secrets: Secrets, options: CheckOptions): Report {
  const outcomes = new Map<RuleId, Outcome>();
  /** What was told of it in full. */
  const told = new Set<string>();

  function tell(id: RuleId, { outcome, note, todo }: Finding): void {
    if (!applies(id, options) || outcomes.has(id)) return;
    outcomes.set(id, outcome);
    const rule: Rule = RULES[id];
    const remedy = todo ?? (options.body && rule.todoForBody) ?? rule.todo;
    // One cause with one remedy is told once.
    const cause = `${note}\n${remedy}`;
    const isAsAbove = told.has(cause);
    const isInLine = outcome === 'kept' || outcome === 'unchecked' || isAsAbove;
    const remark = note && isAsAbove ? `as above: ${note}` : note;
    print(secrets.hide(`${MARKS[outcome]}  ${rule.title}${isInLine && remark ? ` (${remark})` : ''}`));
    if (isInLine) return;
    told.add(cause);
    const lines = [sentence(note ?? ''), remedy, `docs/server.md#${rule.section}`];
    for (const line of lines) print(secrets.hide(`${INDENT}${line}`));
  }

  const count = (outcome: Outcome) => [...outcomes.values()].filter((each) => each === outcome).length;

  return {
    tell,
    tellRest(why) {
      for (const id of RULE_IDS) tell(id, unchecked(why));
    },
    summary() {
      const broken = count('broken');
      print(
        `\n${count('kept')} kept, ${broken} broken, ${count('unclear')} can't tell, ${count('unchecked')} not checked`,
      );
      const { signIn, cookieJar } = options;
      if (!signIn && !cookieJar) {
        print(`${count('unchecked')} rules weren't checked: most of them need a session. Give --sign-in.`);
      }
      return broken === 0;
    },
  };
}

const sentence = (why: string): string =>
  `${why.charAt(0).toUpperCase()}${why.slice(1)}${why.endsWith('.') ? '' : '.'}`;
