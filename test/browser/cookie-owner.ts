/** Whom the server takes a browser for, whatever its tabs believe. */

import type { LogEntry } from '../../demo/server/activity.ts';
import type { DemoServer } from '../../demo/server/app.ts';
import type { Tab } from './engines/engine.ts';

/** Spends the refresh token that lies in the cookie, without the client; gives what the server made of it. */
export async function spendCookie(tab: Tab, server: DemoServer): Promise<LogEntry | undefined> {
  await tab.run(() =>
    fetch('/auth/refresh', { method: 'POST', headers: { 'X-Requested-With': 'test' } }).then(() => {}),
  );
  return server.log().findLast(({ kind }) => kind === 'refresh');
}
