/** What browser tests have in common: pages that are left and loaded anew, a login page, and clocks that jump. */

import type { BareStage } from './bare-stage.ts';
import type { Tab } from './engines/engine.ts';
import { type Conditions, pageOf } from './pages.ts';

export const HOUR = 3_600_000;

/** Half of its time-out is what a page waits for an answer that another one has left behind. */
export const QUICK = { options: { refreshTimeout: 2_000 } };

/** The page's wall clock alone jumps: its machine slept while the monotonic clock stood still. */
export const jumpWallClock = (tab: Tab, by: number): Promise<void> =>
  tab.run((wall) => window.surroundings.shiftClocks({ wall, monotonic: 0 }), by);

/** Loads the app anew, in a tab that may have left it. */
export const reload = ({ server }: BareStage, tab: Tab, conditions?: Conditions): Promise<void> =>
  tab.goto(pageOf(server, conditions));

/** Bob signs in on a login page, which knows nothing of the client; the tab stays there. */
export async function logInOnLoginPage({ server }: BareStage, tab: Tab): Promise<void> {
  await tab.goto(`${server.url}/elsewhere`);
  await tab.run(() =>
    fetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: 'bob', password: 'demo' }),
    }).then(() => {}),
  );
}
