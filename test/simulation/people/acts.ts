/** What people, apps, browsers and servers do in a plan, done. */

import type { ClientCode } from '../client-code.ts';
import { type Act, PLACES, type Plan, type Step } from '../schedule/plan.ts';
import type { Browser } from '../world/browser.ts';
import { HINT } from '../world/cookies.ts';
import { isInBody } from '../world/holder.ts';
import { APP } from '../world/network.ts';
import type { PageStart } from '../world/page.ts';
import { sendRequests } from './requests.ts';
import { abort, type ClientKind, Tab, type TabWatcher } from './tab.ts';

export class People {
  /** The tab in each place. */
  readonly tabs: (Tab | undefined)[] = Array.from({ length: PLACES });
  private readonly browser: Browser;
  private readonly code: ClientCode;
  private readonly plan: Plan;
  private readonly watcher: TabWatcher;

  constructor(browser: Browser, code: ClientCode, plan: Plan, watcher: TabWatcher) {
    this.browser = browser;
    this.code = code;
    this.plan = plan;
    this.watcher = watcher;
  }

  get liveTabs(): Tab[] {
    return this.tabs.filter((tab): tab is Tab => !!tab?.page.isAlive);
  }

  do({ tab: place, act }: Step): void {
    const { browser } = this;
    const tab = this.tabs[place];
    switch (act.do) {
      case 'open':
        if (!tab?.page.isAlive) this.open(place, act.start);
        return;
      case 'fault':
        browser.network.faults.set(act.endpoint, Array(act.times).fill(act.fault));
        return;
      case 'offline':
      case 'online':
        browser.setOnline(act.do === 'online');
        return;
      case 'void-access-tokens':
        browser.server.voidAccessTokens();
        return;
      case 'revoke-session':
        browser.server.revoke(browser.network.cookie ?? browser.network.newestRefreshToken);
        return;
      case 'delete-hint':
        browser.network.deleteHint();
        return;
      case 'sign-out-elsewhere':
        browser.network.signOutElsewhere();
        return;
      case 'sleep':
        browser.sleep(act.ms);
        return;
      case 'set-clock':
        browser.machine.jumpClock(act.ms);
        return;
      default:
        if (tab?.page.isAlive) this.doInTab(place, tab, act);
    }
  }

  /**
   * Opens a tab whose app asks at once who is signed in.
   *
   * @param itemsOfTab what the tab's sessionStorage holds already
   */
  open(place: number, start: PageStart, itemsOfTab?: Map<string, string>): Tab {
    const tab = new Tab(this.browser.open(start, itemsOfTab), this.code, this.clientOf(place), this.watcher);
    this.tabs[place] = tab;
    tab.call('restore()', () => tab.auth.restore());
    return tab;
  }

  private clientOf(place: number): ClientKind {
    const { habit, world } = this.plan;
    const name = world.names === 2 && place % 2 ? 'another' : 'default';
    const hintCookie = world.hint && HINT;
    return { habit, name, holder: world.holder, hintCookie, refusal: world.refusal };
  }

  private doInTab(place: number, tab: Tab, act: Act): void {
    const { page } = tab;
    if (act.do === 'thaw') page.thaw();
    if (act.do === 'come-back') page.comeBack();
    if (act.do === 'activate') page.activate();
    if (act.do === 'crash') page.crashAfter(act.acts);
    if (act.do === 'close') page.close();
    // All else takes a page that somebody can see, or whose scripts run.
    if (page.isFrozen) return;
    if (act.do === 'reload') this.replace(place, tab, () => this.open(place, 'visible', page.itemsOfTab));
    if (act.do === 'duplicate') this.duplicate(page);
    if (act.do === 'freeze') page.freeze();
    if (act.do === 'leave') page.leave();
    if (act.do === 'hide' || act.do === 'show') page.setVisible(act.do === 'show');
    if (page.isPrerendering && act.do !== 'request' && act.do !== 'get-token') return;
    if (act.do === 'sign-in') this.signIn(place, tab, act);
    else this.ask(tab, act);
  }

  /** What the app asks of the client. */
  private ask(tab: Tab, act: Act): void {
    const { auth } = tab;
    const { timeline } = this.browser;
    if (act.do === 'recreate') tab.recreate();
    if (act.do === 'push-state') tab.page.document.baseURI = `${APP}/shop/orders/`;
    if (act.do === 'sign-out') tab.call('signOut()', () => auth.signOut());
    if (act.do === 'refresh') tab.call('refresh()', () => auth.refresh());
    if (act.do === 'restore') tab.call('restore()', () => auth.restore());
    if (act.do === 'request') sendRequests(timeline, tab, act);
    if (act.do === 'get-token') {
      const controller = new AbortController();
      const call = tab.call('getAccessToken()', () => auth.getAccessToken({ signal: controller.signal }));
      if (act.abortAfter !== undefined) timeline.after(act.abortAfter, () => abort(call, controller));
    }
  }

  private signIn(place: number, tab: Tab, { user, how: drawn }: Act & { readonly do: 'sign-in' }): void {
    const { auth, page } = tab;
    const inBody = isInBody(this.plan.world);
    // Without a cookie a page of the server's own signs nobody in here.
    const how = inBody && drawn === 'login-page' ? 'request' : drawn;
    const fetch = page.globals.fetch as typeof globalThis.fetch;
    const headers = { 'X-Login': how === 'request' ? 'alone' : 'at any time' };
    const login = () => fetch(`${APP}/auth/login`, { method: 'POST', headers, body: user });
    const setSession = (answer: Response) =>
      auth.setSession(answer).catch((error) => {
        // The cookie is there, and no tab knows whose it is.
        this.browser.network.isCookieLeftToChance = !inBody;
        throw error;
      });
    if (how === 'request') tab.call(`signIn(${user})`, () => auth.signIn(login));
    if (how === 'tokens')
      void login().then(
        (answer) => tab.call(`setSession(${user})`, () => setSession(answer)),
        () => {},
      );
    // In another app of the site, which has nothing to do with ours.
    if (how === 'elsewhere' && !inBody) this.browser.network.navigateTo(() => this.browser.server.beginSession(user));
    if (how === 'login-page')
      this.replace(place, tab, () => {
        const { network, machine, server } = this.browser;
        if (machine.isOnline) network.navigateTo(() => server.beginSession(user));
        const next = this.open(place, 'visible');
        if (machine.isOnline) next.call(`signIn() of ${user}`, () => next.auth.signIn());
      });
  }

  /** The browser copies the tab's sessionStorage. */
  private duplicate({ itemsOfTab }: Tab['page']): void {
    const place = this.tabs.findIndex((tab) => !tab?.page.isAlive);
    if (place >= 0) this.open(place, 'visible', new Map(itemsOfTab));
  }

  /** Another page is loaded in the tab. */
  private replace(place: number, { page }: Tab, load: () => void): void {
    page.close();
    this.tabs[place] = undefined;
    this.browser.timeline.after(this.browser.chance.between('loading', 5, 150), () => {
      // Somebody may have opened one there meanwhile.
      if (!this.tabs[place]) load();
    });
  }
}
