/** Chromium as users have it, which prerenders pages; the other driver turns that off. */

import { setTimeout as sleep } from 'node:timers/promises';
import { requireBrowser } from '../../test/browser/engines/browsers.ts';
import { startChromium } from '../../test/browser/engines/chromium.ts';
import type { Opened } from '../work/new-tab.ts';

/** Milliseconds that a page has to get ready before its link is followed. */
const READY = 700;
const LOOK = 10;

export interface Prerender {
  /** In a tab beside one that is signed in, follows a link to a page that is ready. */
  follow(peer: string): Promise<Opened | undefined>;
  quit(): Promise<void>;
}

export async function prerenderIn(origin: string): Promise<Prerender> {
  const browser = await startChromium(requireBrowser('chromium'));

  return {
    async follow(peer) {
      const first = await browser.open(`${origin}/page`);
      // One profile for all: what a peer has left behind would be found by the next one.
      await first.run(() => {
        localStorage.clear();
        sessionStorage.clear();
        for (const cookie of document.cookie.split('; ')) {
          // biome-ignore lint/suspicious/noDocumentCookie: the peers set them in this way
          document.cookie = `${cookie.split('=')[0]}=; Max-Age=0; Path=/`;
        }
      });
      await first.run(async (peer) => {
        const work = await import(`${location.origin}/bundles/work.js`);
        await work.importPeer(`/bundles/${peer}.js`);
        await work.create();
        await work.signIn('ada');
        await work.request('/api/me');
      }, peer);
      const second = await browser.open(`${origin}/link/${peer}`);
      await sleep(READY);
      await second.run(() => document.querySelector('a')?.click()).catch(() => {});
      const look = () => second.run(() => window.opened).catch(() => undefined);
      let opened = await look();
      while (!opened) {
        await sleep(LOOK);
        opened = await look();
      }
      await browser.closeTabs();
      return opened;
    },
    quit: () => browser.quit(),
  };
}
