/** The cookies that a page's scripts may read, and the events of them. In Firefox a page sees late what others have brought. */

import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Timeline } from './timeline.ts';

export const HINT = 'has_session';
/** Milliseconds that no news of a cookie takes longer. */
export const LONGEST_NEWS = 25;

export interface PageCookies {
  /** What `document.cookie` gives. */
  read(): string;
  /** The page's `cookieStore`. */
  readonly store: EventTarget;
  /** @param isOwn the page's own request has brought it */
  change(value: string, isOwn: boolean): void;
}

export function createPageCookies(
  { timeline, chance, engine }: { readonly timeline: Timeline; readonly chance: Chance; readonly engine: Engine },
  page: { readonly id: number; runTask(run: () => void): void },
  atLoad: string,
): PageCookies {
  const store = new EventTarget();
  let seen = atLoad;
  let lastArrival = 0;
  let changes = 0;
  /** How many of them the page has seen. They come in their order: with its own answer it sees all that were before. */
  let seenChanges = 0;
  return {
    store,
    read: () => (seen ? `theme=dark; ${HINT}=${seen}` : 'theme=dark'),
    change(value, isOwn) {
      const isAtOnce = isOwn || engine !== 'firefox';
      const change = ++changes;
      const show = () => {
        if (change <= seenChanges) return;
        seenChanges = change;
        seen = value;
      };
      if (isAtOnce) show();
      // In the order in which they were set.
      lastArrival = Math.max(lastArrival, timeline.now + LONGEST_NEWS * chance.next(`cookies ${page.id}`));
      timeline.at(lastArrival, () => {
        show();
        const cookies = [{ name: HINT }];
        const list = value ? { changed: cookies, deleted: [] } : { changed: [], deleted: cookies };
        page.runTask(() => store.dispatchEvent(Object.assign(new Event('change'), list)));
      });
    },
  };
}
