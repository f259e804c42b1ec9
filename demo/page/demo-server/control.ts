/** The demo server's control panel: what an app never has. */

import type { LogEntry, Stats } from '../../server/activity.ts';
import type { Settings } from '../../server/settings.ts';

export interface ServerControl {
  change(settings: Partial<Settings>): Promise<void>;
  settings(): Promise<Settings>;
  stats(): Promise<Stats>;
  /** Oldest first. */
  log(): Promise<LogEntry[]>;
  /** All access tokens issued so far count as expired. */
  expireTokens(): Promise<void>;
  revokeUser(user: string): Promise<void>;
  resetCounts(): Promise<void>;
  resetEverything(): Promise<void>;
}

/** @param world '' for the page's own, '/stage' for that of the scenarios */
export function createServerControl(world: '' | '/stage'): ServerControl {
  async function ask(action: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(`${world}/control/${action}`, init);
    if (!response.ok) throw new Error(`The demo server answered ${response.status}: ${await response.text()}`);
    return response;
  }

  async function post(action: string, body: object = {}): Promise<void> {
    await ask(action, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  const state = async (): Promise<{ settings: Settings; stats: Stats }> => (await ask('state')).json();

  return {
    change: (settings) => post('settings', settings),
    settings: async () => (await state()).settings,
    stats: async () => (await state()).stats,
    log: async () => (await ask('log')).json(),
    expireTokens: () => post('expire'),
    revokeUser: (user) => post('revoke', { user }),
    resetCounts: () => post('reset', { only: 'stats' }),
    resetEverything: () => post('reset'),
  };
}

export const server = createServerControl('');
