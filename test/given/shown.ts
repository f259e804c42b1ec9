/** What tabs show of who is signed in. */

import type { AuthClient, AuthState } from 'silent-refresh';
import { until } from '../world/waiting.ts';

/** The state after a sign-out. */
export const SIGNED_OUT = { status: 'signed-out', reason: 'signed-out' };

export function subjectOf(tab: AuthClient): string | undefined {
  const state = tab.getState();
  return state.status === 'signed-in' ? state.subject : undefined;
}

/** Resolves once each tab shows that this user is signed in. */
export const becomes = (subject: string, ...tabs: AuthClient[]): Promise<void> =>
  until(() => tabs.every((tab) => subjectOf(tab) === subject), `it is ${subject}`);

/** The status at each change from now on. */
export function statesOf(auth: AuthClient): string[] {
  const states: string[] = [];
  auth.subscribe(() => states.push(auth.getState().status));
  return states;
}

/** Who is signed in, or else the status. */
export const textOfState = (state: AuthState): string =>
  state.status === 'signed-in' ? String(state.subject) : state.status;
