/** Faults where a hint cookie tells scripts of the session. */

import { type Fault, fault } from './fault.ts';

export const FAULTS_OF_HINTS: readonly Fault[] = [
  fault(
    'a visitor without the hint cookie asks the server',
    'lifecycle/restore.ts',
    'if (!isNobodyHinted(tabs)) return;',
    'if (isNobodyHinted) return;',
  ),
  fault(
    'a sign-out elsewhere isn’t heard',
    'session/session-hint.ts',
    "return known && !ended ? 'gone' : undefined;",
    'return undefined;',
  ),
  fault(
    'a sign-in elsewhere isn’t heard',
    'session/session-hint.ts',
    "return sessionIn(value) === sessionIn(known) ? undefined : 'other-session';",
    'return undefined;',
  ),
  fault(
    'two clients of one cookie ask again and again',
    'refresh/refresh-round.ts',
    "if (news && outcome === 'changed' && isNobodyNew)",
    'if (isNobodyNew === undefined)',
  ),
  fault(
    'nobody waits for an answer whose hint hasn’t come',
    'tabs/pending-request-mark.ts',
    'if (!isBlind && value !== hint) return false;',
    'if (!isBlind && value === hint) return false;',
  ),
  fault(
    'its own answers count as those of others',
    'session/session-changes.ts',
    '  hint: hint.read(),',
    "  hint: hint.read() && 'another',",
  ),
];
