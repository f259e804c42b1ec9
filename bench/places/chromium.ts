/** Peers in pages of Chromium: a profile for each, with tabs that share cookies, storage, locks and channels. */

import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { requireBrowser } from '../../test/browser/engines/browsers.ts';
import { FLAGS } from '../../test/browser/engines/chromium.ts';
import { type Place, within } from './place.ts';

export interface Tab extends Place {
  readonly page: Page;
  /** Milliseconds. */
  readonly importing: number;
  readonly creating: number;
}

export interface TabOptions {
  /** By how many hours its `Date` is ahead. */
  readonly hours?: number;
  /** Its `fetch` answers by itself. */
  readonly network?: 'real' | 'fake';
  /** `ours`: its timers and its clocks go where the driver sends them. */
  readonly clock?: 'its own' | 'ours';
}

export interface Profile {
  readonly context: BrowserContext;
  /** A tab with the peer in it, created. */
  open(options?: TabOptions): Promise<Tab>;
  close(): Promise<void>;
}

export interface Chromium {
  readonly version: string;
  profile(peer: string): Promise<Profile>;
  close(): Promise<void>;
}

/** Milliseconds that anything in a page may take. */
const LONGEST = 60_000;

export async function startChromium(origin: string): Promise<Chromium> {
  const browser = await chromium.launch({ executablePath: requireBrowser('chromium'), args: FLAGS });

  async function openTab(
    context: BrowserContext,
    peer: string,
    { hours = 0, network, clock }: TabOptions,
  ): Promise<Tab> {
    const page = await context.newPage();
    if (clock === 'ours') {
      await page.addInitScript(() => {
        globalThis.realNow = performance.now.bind(performance);
      });
      await page.clock.install();
    }
    await page.goto(`${origin}/page`);
    const place: Place = {
      run: (name, ...args) =>
        within(
          LONGEST,
          page.evaluate(async ([name, args]) => (await import(`${location.origin}/bundles/work.js`))[name](...args), [
            name,
            args,
          ] as const),
        ),
      close: () => page.close(),
    };
    if (hours) await place.run('passHours', hours);
    if (network === 'fake') await place.run('fakeNetwork', origin);
    const importing = await place.run('importPeer', `${origin}/bundles/${peer}.js`);
    const creating = await place.run('create');
    return { ...place, page, importing, creating };
  }

  return {
    version: `Chromium ${browser.version().split('.')[0]}`,
    async profile(peer) {
      const context = await browser.newContext();
      return {
        context,
        open: (options = {}) => openTab(context, peer, options),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
