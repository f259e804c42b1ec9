/** Tabs that a script can open and close: frames of this page. */

import type { Lanes } from '../trace/lanes.ts';
import type { Tab } from './tab.ts';

// A real tab needs a click of its own each, by the browser's rule. A frame is as good: a page with its own memory, its own
// client and its own requests for locks, and removing it ends it as closing a tab does.
const frames = new WeakMap<Tab, HTMLIFrameElement>();

/** Resolves when the tab knows whether somebody is signed in. */
export async function addTab(parameters: Record<'world' | 'name' | 'client' | 'channel', string>): Promise<Tab> {
  const frame = document.createElement('iframe');
  frame.className = 'unseen';
  frame.title = 'A tab on the stage';
  frame.inert = true;
  frame.src = `/tab/tab.html?${new URLSearchParams(parameters)}`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  document.body.append(frame);
  await loaded;
  const tab = frame.contentWindow?.tab;
  if (!tab) throw new Error('A tab on the stage did not load.');
  frames.set(tab, frame);
  await tab.ready;
  return tab;
}

export function removeTab(tab: Tab, lanes: Lanes): void {
  frames.get(tab)?.remove();
  lanes.markGone(tab.info);
}
