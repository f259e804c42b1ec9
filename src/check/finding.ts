/** What has been found of one rule. */

export type Outcome = 'kept' | 'broken' | 'unclear' | 'unchecked';

export interface Finding {
  readonly outcome: Outcome;
  /** Why it is so; for what is kept, a remark. */
  readonly note?: string | undefined;
  /** Instead of the rule's own remedy. */
  readonly todo?: string | undefined;
}

export const kept = (note?: string): Finding => ({ outcome: 'kept', note });
export const broken = (note: string, todo?: string): Finding => ({ outcome: 'broken', note, todo });
export const unclear = (note: string, todo?: string): Finding => ({ outcome: 'unclear', note, todo });
export const unchecked = (note: string): Finding => ({ outcome: 'unchecked', note });
