/** P3: a listener that signs in again when the session is refused causes no storm. */

import { expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { rest } from '../../world/waiting.ts';

it('a sign-in in a listener to refresh-failed ends', async () => {
  const { server, auth } = await signedIn({ clocks: 'stopped' });
  let signIns = 0;
  // Without an end of its own, the test would run for ever when it is red.
  auth.on('refresh-failed', () => void (++signIns < 300 && auth.signIn().catch(() => {})));
  server.revoke('ada');

  await auth.refresh().catch(() => {});
  for (let turn = 0; turn < 20; turn++) await rest();

  expect(signIns).toBe(1);
  expect(server.refreshCalls).toBe(2);
  expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' });
});
