/** The lab in the simulated world. */

import type { EngineName } from '../../browser/engines/engine.ts';
import { PAGE_GLOBALS } from '../client-code.ts';
import { Browser } from '../world/browser.ts';
import type { Exchange } from '../world/network.ts';
import type { SimulatedPage } from '../world/page.ts';
import { type Experiment, type HeldAnswer, type Lab, type LabPage, PRERENDERING } from './lab.ts';

/** Milliseconds that a driver takes at most to have something done. */
const DRIVER = 40;
/** Milliseconds that an answer is held back: longer than any page takes to die. */
const HOLD = 3_000;
/** Milliseconds to the server and back. */
const LONGEST_WAYS = 2_000;
/** Milliseconds after which nothing is expected any more. */
const PATIENCE = 60_000;

/** @throws where the experiment comes to no end */
export async function runInModel(experiment: Experiment, engine: EngineName, seed: number): Promise<string> {
  const browser = new Browser({
    ...{ seed, engine, storage: 'works', hasLocks: true, hasChannel: true, lostMessages: 0, doubledMessages: 0 },
    ...{ countsSleep: true, names: 1, tokens: 'jwt', lifetime: 300, overlap: 0 },
    ...{ saysLifetime: true, repeatsTokens: false, rotates: true, refusal: 'status', holder: 'cookie' },
  });
  const { timeline } = browser;
  browser.network.navigateTo(() => browser.server.beginSession('ada'));
  let end: { outcome: string } | { error: unknown } | undefined;
  experiment.run(new ModelLab(browser)).then(
    (outcome) => {
      end = { outcome };
    },
    (error) => {
      end = { error };
    },
  );
  while (!end && timeline.now < PATIENCE) await timeline.advanceTo(timeline.now + DRIVER, () => !!end);
  if (end && 'outcome' in end) return end.outcome;
  const cause = end?.error;
  throw new Error(`"${experiment.title}" comes to no end with seed ${seed} as ${engine}.`, { cause });
}

class ModelLab implements Lab {
  readonly engine: EngineName;
  private readonly browser: Browser;

  constructor(browser: Browser) {
    this.browser = browser;
    this.engine = browser.engine;
  }

  async open(): Promise<LabPage> {
    await this.driver();
    return new ModelPage(this.browser, begin(this.browser.open('visible')), () => this.driver());
  }

  async link(work: () => void) {
    const load = (start: 'visible' | 'prerendered') => {
      const page = begin(this.browser.open(start));
      inPage(page, work)(undefined);
      return page;
    };
    const ahead = this.engine === PRERENDERING ? load('prerendered') : undefined;
    const follow = async () => {
      await this.driver();
      ahead?.activate();
      return new ModelPage(this.browser, ahead ?? load('visible'), () => this.driver());
    };
    return { follow };
  }

  async until(page: LabPage, condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await page.run(condition))) await this.driver();
  }

  async asked(path: string): Promise<void> {
    const hasCome = ({ request, answer }: Exchange) => request.path === path && answer;
    while (!this.browser.network.exchanges.some(hasCome)) await this.driver();
  }

  holdRefresh(): HeldAnswer {
    const { network, timeline } = this.browser;
    network.faults.set('refresh', [{ kind: 'slow', ms: HOLD }]);
    const held = () => network.exchanges.find(({ request }) => request.endpoint === 'refresh');
    return {
      arrived: () => this.asked('/auth/refresh'),
      // It comes by itself.
      release() {},
      end: async () => {
        const { sentAt } = held() as Exchange;
        const hasLanded = () => network.cookie === held()?.answer?.setCookie;
        while (!hasLanded() && timeline.now < sentAt + HOLD + LONGEST_WAYS) await this.driver();
        return hasLanded() ? 'the cookie landed' : 'the request was given up';
      },
    };
  }

  /** The time until the driver has what the lab asks for done. */
  private driver(): Promise<void> {
    const { timeline, chance } = this.browser;
    return new Promise((resolve) => timeline.after(chance.between('driver', 1, DRIVER), resolve));
  }
}

class ModelPage implements LabPage {
  private readonly browser: Browser;
  private page: SimulatedPage;
  private readonly driver: () => Promise<void>;

  constructor(browser: Browser, page: SimulatedPage, driver: () => Promise<void>) {
    this.browser = browser;
    this.page = page;
    this.driver = driver;
  }

  async run<T, Argument>(work: (argument: Argument) => T | Promise<T>, argument?: Argument): Promise<T> {
    await this.driver();
    const { page } = this;
    // It doesn't matter to a driver whether the page is frozen; from one that has gone it hears nothing.
    if (!page.isAlive) return new Promise(() => {});
    return Promise.resolve(argument as Argument).then(inPage(page, work));
  }

  close = () => this.act((page) => page.close());
  leave = () => this.act((page) => page.leave());
  freeze = () => this.act((page) => page.freeze());
  thaw = () => this.act((page) => page.thaw());
  setOffline = (isOffline: boolean) => this.act(() => this.browser.setOnline(!isOffline));

  back(): Promise<void> {
    return this.act((page) => {
      if (page.isCached && page.isAlive) page.comeBack();
      else this.page = this.browser.open('visible');
    });
  }

  private async act(act: (page: SimulatedPage) => void): Promise<void> {
    await this.driver();
    act(this.page);
  }
}

/** As the lab's pages begin in a real browser, too. */
function begin(page: SimulatedPage): SimulatedPage {
  Object.assign(page.globals, { notes: [], letGo: {} });
  return page;
}

/** The function as it is where it has been sent to a page: bound to that page's globals, and to nothing else. */
function inPage<Argument, T>(page: SimulatedPage, work: (argument: Argument) => T): (argument: Argument) => T {
  const bind = new Function('window', ...PAGE_GLOBALS, `return ${work};`);
  return bind(page.globals, ...PAGE_GLOBALS.map((name) => page.globals[name]));
}
