/** Pages whose client has the option `hintCookie`, and what others do to that cookie. */

import type { BareStage } from './bare-stage.ts';
import type { Tab } from './engines/engine.ts';
import type { Conditions } from './pages.ts';

/** The demo's servers have one for each port. */
export const hintOf = ({ server }: BareStage): string => `has_session_${new URL(server.url).port}`;

export const hinted = (stage: BareStage, { options, ...more }: Conditions = {}): Conditions => ({
  ...more,
  options: { hintCookie: hintOf(stage), ...options },
});

/** Of this page's client, or of nobody's. */
export const hintIn = (tab: Tab, name: string): Promise<string | undefined> =>
  tab.run(
    (name) =>
      document.cookie
        .split('; ')
        .find((cookie) => cookie.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    name,
  );

/** By hand, as a user does it in the browser's settings, or a script of another's. */
export const writeHint = (tab: Tab, name: string, value: string): Promise<void> =>
  tab.run(
    (cookie) => {
      // biome-ignore lint/suspicious/noDocumentCookie: not each engine has the other way.
      document.cookie = cookie;
    },
    value ? `${name}=${value}; path=/` : `${name}=; path=/; max-age=0`,
  );

/** As a page does it that knows nothing of the client: one that the server renders, say. */
export const signOutByPage = (tab: Tab): Promise<void> =>
  tab.run(() => fetch('/auth/logout', { method: 'POST', headers: { 'X-Requested-With': 'a page' } }).then(() => {}));

export const signInByPage = (tab: Tab, user: string): Promise<void> =>
  tab.run(
    (user) =>
      fetch('/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user, password: 'demo' }),
      }).then(() => {}),
    user,
  );

export const hasCookieEvents = (tab: Tab): Promise<boolean> => tab.run(() => 'cookieStore' in globalThis);

/** Somebody looks at the page: where the engine tells it of no cookie, it looks at it itself. */
export const lookAt = async (tab: Tab): Promise<void> => {
  await tab.show?.();
  await tab.run(() => void document.dispatchEvent(new Event('visibilitychange')));
};
