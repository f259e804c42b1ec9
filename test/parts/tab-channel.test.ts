/** The channel between tabs: the browser's own one goes with it. */

import { expect, it, vi } from 'vitest';
import { openTabChannel } from '../../src/tabs/tab-channel.ts';
import { newBrowser } from '../world/tabs.ts';

it('the browser’s channel is closed with it: an open one keeps its page out of the back/forward cache', async () => {
  const close = vi.spyOn(BroadcastChannel.prototype, 'close');
  const channel = openTabChannel(newBrowser(), () => {});
  expect(channel?.type).toBe('native');
  expect(close).not.toHaveBeenCalled();
  await channel?.close();
  expect(close).toHaveBeenCalledOnce();
});
