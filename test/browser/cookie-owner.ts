/** Whom the server takes a browser for, whatever its tabs believe, and whom it has answered. */

import type { LogEntry } from '../../demo/server/activity.ts';
import type { DemoServer } from '../../demo/server/app.ts';
import type { BareStage } from './bare-stage.ts';
import type { Tab } from './engines/engine.ts';

/** Spends the refresh token that lies in the cookie, without the client; gives what the server made of it. */
export async function spendCookie(tab: Tab, server: DemoServer): Promise<LogEntry | undefined> {
  await tab.run(() =>
    fetch('/auth/refresh', { method: 'POST', headers: { 'X-Requested-With': 'test' } }).then(() => {}),
  );
  return server.log().findLast(({ kind }) => kind === 'refresh');
}

/** Nobody's cookie may be there, not even a dead one, where no late answer has put it back. */
export const ownerOfCookie = async ({ server }: BareStage, tab: Tab): Promise<string> =>
  (await spendCookie(tab, server))?.user ?? 'nobody';

/** What the server answered to requests of this name, and to whom. */
export const answersTo = ({ server }: BareStage, label: string): string[] =>
  server
    .log()
    .filter(({ requestId }) => requestId?.startsWith(label))
    .map(({ user, status }) => `${status} ${user}`);
