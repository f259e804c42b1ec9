/** The demo server's control panel: what an app never has. */

import type { Settings } from '../server/settings.ts';

export const changeSettings = (change: Partial<Settings>): Promise<void> => post('settings', change);
export const expireTokens = (): Promise<void> => post('expire');
export const revokeUser = (user: string): Promise<void> => post('revoke', { user });
export const resetCounts = (): Promise<void> => post('reset', { only: 'stats' });
export const resetEverything = (): Promise<void> => post('reset');

async function post(action: string, body: object = {}): Promise<void> {
  const response = await fetch(`/control/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The demo server answered ${response.status}: ${await response.text()}`);
}
