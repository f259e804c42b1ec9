/** What the hint cookie says of a session that this tab doesn't know: somebody has signed in or out elsewhere. */

import type { Session } from './session.js';

/** `other-session`: a session that isn't the one of now. `gone`: there seems to be none any more. */
export type HintNews = 'other-session' | 'gone';

/** The part that stays the same for as long as a session lasts: all before the first dot, else the whole value. */
const sessionIn = (hint: string): string | undefined => hint.split('.')[0];

/** What is new, by the value that the last answer of ours left. Only the server can say whether it is true. */
export function hintNews({ hint, record, signInsUnderWay, cookieSignIn }: Session): HintNews | undefined {
  const value = hint.read();
  const { hint: known, ended } = record;
  // A sign-in that is under way here makes a value of its own.
  if (value === undefined || known === undefined || signInsUnderWay || cookieSignIn) return undefined;
  if (!value) return known && !ended ? 'gone' : undefined;
  // Signed out stays signed out: until the value has been gone, it may be that of the session which the user has left.
  if (ended === 'signed-out' && known) return undefined;
  return sessionIn(value) === sessionIn(known) ? undefined : 'other-session';
}
