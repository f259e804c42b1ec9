/** A page with the globals that the client meets in a browser, and its life: shown, hidden, frozen, cached, gone. */

import { setMaxListeners } from 'node:events';
import type { PageGlobals } from '../client-code.ts';
import type { Browser } from './browser.ts';
import { createPageCookies, type PageCookies } from './cookies.ts';
import { APP } from './network.ts';
import type { PageStorage } from './storage.ts';

export type PageStart = 'visible' | 'hidden' | 'prerendered';

export class SimulatedPage {
  readonly id: number;
  readonly document: SimulatedDocument;
  readonly window = new EventTarget();
  readonly globals: PageGlobals;
  readonly cookies: PageCookies;
  /** What the hint cookie was when it was opened. */
  readonly hintAtLoad: string;
  /** What the tab's sessionStorage holds: the next page in the tab finds it. */
  readonly itemsOfTab: Map<string, string>;
  readonly sessionStorage: PageStorage | undefined;
  /** What the page's scripts have thrown where nobody caught it. */
  readonly reported: unknown[] = [];
  isAlive = true;
  isFrozen = false;
  isCached = false;
  isLeavingInWebKit = false;
  /** Timeline's milliseconds at which it went. */
  goneAt = Infinity;
  /** Timeline's milliseconds at which it was left, and so lost its locks, though it may come back. */
  lostLocksAt = -1;
  /** Timeline's milliseconds at which it was last frozen, cached or not yet shown. */
  lastStillAt = -1;
  /** Timeline's milliseconds at which it was last frozen, whether or not it has gone on since. */
  frozenAt = -1;
  /** Timeline's milliseconds at which it was last shown after it had been hidden. */
  shownAt = -1;
  private readonly browser: Browser;
  private waiting: (() => void)[] = [];
  private untilShown: (() => void)[] = [];
  /** What the page may still do before its process crashes. */
  private actsLeft = Number.POSITIVE_INFINITY;

  constructor(browser: Browser, id: number, start: PageStart, itemsOfTab: Map<string, string>) {
    this.browser = browser;
    this.id = id;
    this.hintAtLoad = browser.network.hint;
    this.cookies = createPageCookies(browser, this, this.hintAtLoad);
    this.document = new SimulatedDocument(start, this.cookies);
    this.globals = globalsOf(browser, this);
    this.itemsOfTab = itemsOfTab;
    this.sessionStorage = asFarAsItActs(this, browser.storage.openOfTab(itemsOfTab));
  }

  get isPrerendering(): boolean {
    return this.document.prerendering;
  }

  /** Whether what it does still reaches the world outside. A crash may come between any two such acts. */
  acts(): boolean {
    if (this.isAlive && this.actsLeft-- <= 0) this.die();
    return this.isAlive;
  }

  /** At once, when the page thaws, or never. */
  runTask(run: () => void): void {
    if (!this.isAlive) return;
    if (this.isFrozen) this.waiting.push(run);
    else run();
  }

  /** At once, or when the prerendered page is shown. */
  whenShown(run: () => void): void {
    if (this.isPrerendering) this.untilShown.push(run);
    else run();
  }

  setVisible(isVisible: boolean): void {
    if (this.isPrerendering || this.isFrozen) return;
    if (isVisible && this.document.visibilityState === 'hidden') this.shownAt = this.browser.timeline.now;
    this.document.visibilityState = isVisible ? 'visible' : 'hidden';
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  /** Somebody follows the link: the prerendered page is shown. */
  activate(): void {
    if (!this.isPrerendering) return;
    this.document.prerendering = false;
    this.lastStillAt = this.browser.timeline.now;
    this.document.visibilityState = 'visible';
    const { untilShown } = this;
    this.untilShown = [];
    for (const run of untilShown) run();
    this.document.dispatchEvent(new Event('prerenderingchange'));
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  freeze(): void {
    if (this.isFrozen || this.isPrerendering) return;
    this.frozenAt = this.browser.timeline.now;
    this.lastStillAt = this.browser.timeline.now;
    this.document.visibilityState = 'hidden';
    this.document.dispatchEvent(new Event('visibilitychange'));
    this.document.dispatchEvent(new Event('freeze'));
    // Its listeners may have set things off: they run before it stands still.
    this.browser.timeline.after(0, () => {
      this.isFrozen = true;
    });
  }

  thaw(): void {
    if (!this.isFrozen || this.isCached) return;
    this.isFrozen = false;
    this.lastStillAt = this.browser.timeline.now;
    this.document.dispatchEvent(new Event('resume'));
    this.runWaiting();
    this.setVisible(true);
  }

  /** The user goes on to another page. The browser keeps this one for a way back, where it can. */
  leave(): void {
    if (this.isFrozen || this.isPrerendering) return;
    if (!this.browser.canCache(this)) {
      this.close();
      return;
    }
    this.sayGoodbye(true);
    this.browser.network.cache(this);
    if (this.browser.engine === 'chromium') this.document.dispatchEvent(new Event('freeze'));
    if (this.browser.engine === 'webkit') this.losePlaceInLine(true);
    this.browser.timeline.after(0, () => {
      this.isLeavingInWebKit = false;
      this.isFrozen = true;
      this.isCached = true;
    });
  }

  /** The way back, if the browser still has the page. */
  comeBack(): void {
    if (!this.isCached) return;
    this.isCached = false;
    this.isFrozen = false;
    this.lastStillAt = this.browser.timeline.now;
    if (this.browser.engine === 'chromium') this.document.dispatchEvent(new Event('resume'));
    this.document.visibilityState = 'visible';
    this.runWaiting();
    this.document.dispatchEvent(new Event('visibilitychange'));
    this.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  }

  onMessageWhileCached(): void {
    if (this.browser.engine !== 'webkit') this.evict();
  }

  /** It is in the back/forward cache, and the browser throws it away. */
  evict(): void {
    this.die();
  }

  /** The tab is closed, or another page is loaded in it. */
  close(): void {
    if (!this.isAlive) return;
    if (!this.isFrozen) this.sayGoodbye(false);
    if (this.browser.engine === 'webkit') {
      this.losePlaceInLine(false);
      // Its scripts go on for a moment.
      this.browser.timeline.after(this.browser.chance.between(`page ${this.id}`, 0, 200), () => this.die());
    } else this.browser.timeline.after(0, () => this.die());
  }

  /** Its process is gone, without a word, after so many more of its acts. */
  crashAfter(acts: number): void {
    if (acts > 0) this.actsLeft = acts;
    else this.die();
  }

  private losePlaceInLine(isKept: boolean): void {
    this.isLeavingInWebKit = true;
    this.lostLocksAt = this.browser.timeline.now;
    this.browser.locks.abandon(this, isKept);
  }

  private sayGoodbye(persisted: boolean): void {
    this.lastStillAt = this.browser.timeline.now;
    this.window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }));
    this.document.visibilityState = 'hidden';
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  private runWaiting(): void {
    const { waiting } = this;
    this.waiting = [];
    // Each as a task of its own.
    for (const run of waiting) this.browser.timeline.after(0, () => this.runTask(run));
  }

  private die(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.goneAt = this.browser.timeline.now;
    this.browser.forget(this);
  }
}

class SimulatedDocument extends EventTarget {
  visibilityState: 'visible' | 'hidden';
  prerendering: boolean;
  baseURI = `${APP}/`;
  private readonly cookies: PageCookies;
  constructor(start: PageStart, cookies: PageCookies) {
    super();
    this.cookies = cookies;
    // Many requests of one page may wait for their turn.
    setMaxListeners(0, this);
    this.visibilityState = start === 'visible' ? 'visible' : 'hidden';
    this.prerendering = start === 'prerendered';
  }

  get cookie(): string {
    return this.cookies.read();
  }
}

function globalsOf(browser: Browser, page: SimulatedPage): PageGlobals {
  const { timeline, machine, chance } = browser;
  const beganAt = machine.monotonicNow();
  class PageDate extends Date {
    static override now = () => machine.wallNow();
    constructor(...given: [] | [number | string | Date]) {
      super(given[0] ?? machine.wallNow());
    }
  }
  const location = new URL(APP);
  const sendFromHere = browser.network.fetchFor(page);
  const globals = {
    navigator: {
      get onLine() {
        return machine.isOnline;
      },
      locks: browser.hasLocks ? browser.locks.clientOf(page) : undefined,
    },
    document: page.document,
    location,
    localStorage: asFarAsItActs(page, browser.storage.openFor(page.id)),
    BroadcastChannel: browser.hasChannel ? browser.channels.constructorFor(page) : undefined,
    Date: PageDate,
    performance: { now: () => machine.monotonicNow() - beganAt },
    Math: Object.assign(Object.create(Math), { random: () => chance.next(`Math.random ${page.id}`) }),
    setTimeout: (run: () => void, ms = 0) => timeline.after(Math.max(1, ms), () => page.runTask(run)),
    clearTimeout: (cancel: (() => void) | undefined) => cancel?.(),
    cookieStore: browser.hasCookieEvents ? page.cookies.store : undefined,
    fetch: ((input, init) =>
      page.acts() ? sendFromHere(input, init) : new Promise<Response>(() => {})) as typeof fetch,
    addEventListener: page.window.addEventListener.bind(page.window),
    removeEventListener: page.window.removeEventListener.bind(page.window),
    reportError: (error: unknown) => page.reported.push(error),
  };
  return { ...globals, globalThis: globals };
}

function asFarAsItActs(page: SimulatedPage, storage: PageStorage | undefined): PageStorage | undefined {
  return (
    storage && {
      getItem: storage.getItem,
      setItem: (key: string, value: string) => void (page.acts() && storage.setItem(key, value)),
      removeItem: (key: string) => void (page.acts() && storage.removeItem(key)),
    }
  );
}
