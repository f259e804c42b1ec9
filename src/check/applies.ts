/** Which rules mean anything here: the others aren't told at all. */

import type { CheckOptions } from './arguments.js';
import type { RuleId } from './rules.js';

const OF_PAGES: readonly RuleId[] = ['cors-preflight', 'cors-answer', 'cors-refusal', 'cors-expose'];

export function applies(id: RuleId, { origin, body, signOut }: CheckOptions): boolean {
  if (id === 'cors') return !origin;
  if (OF_PAGES.includes(id)) return !!origin;
  if (id === 'sign-out-cookie' || id === 'sign-out-session') return !!signOut;
  // Without a refresh token to put into a body the client sends nothing.
  return !(body && (id.startsWith('cookie-') || id === 'no-session'));
}
