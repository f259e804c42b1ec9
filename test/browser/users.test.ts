/** P6 and P7 in real tabs: signing out, and another user. */

import { expect, it } from 'vitest';
import { sendRequests, setStage, signIn, status } from './stage.ts';

const stage = setStage();

it('a sign-out in one tab shows in the other (P6)', async () => {
  const [one, other] = [await stage.openTab(), await stage.openTab()];
  await signIn(one, 'ada');
  await expect.poll(() => status(other)).toBe('signed-in');

  await one.getByTestId('sign-out').click();

  await expect.poll(() => status(other)).toBe('signed-out');
  await expect.poll(() => one.getByTestId('sign-out-result').textContent()).toBe('The server confirmed it.');
  expect(await sendRequests(other, 1)).toEqual([401]);
});

it('a sign-out while another tab refreshes: signed out everywhere, and the cookie is gone (P6)', async () => {
  const [one, other] = [await stage.openTab(), await stage.openTab()];
  await signIn(one, 'ada');
  await expect.poll(() => status(other)).toBe('signed-in');
  stage.server.expire();
  const hold = stage.server.holdRefresh();
  const waiting = sendRequests(other, 3);
  await hold.arrived;

  await one.getByTestId('sign-out').click();
  expect(await waiting).toEqual(['signed-out', 'signed-out', 'signed-out']);
  hold.release();

  await expect.poll(() => one.getByTestId('sign-out-result').textContent()).toBe('The server confirmed it.');
  expect([await status(one), await status(other)]).toEqual(['signed-out', 'signed-out']);
  expect((await stage.context.cookies()).filter(({ name }) => name.startsWith('refresh_token'))).toEqual([]);
  expect(await status(await stage.openTab())).toBe('signed-out');
});

it('a second user signs in elsewhere: no request of the first goes out under the second (P7)', async () => {
  const [adas, bobs] = [await stage.openTab(), await stage.openTab()];
  await signIn(adas, 'ada');
  await expect.poll(() => status(bobs)).toBe('signed-in');
  stage.server.expire();
  const hold = stage.server.holdRefresh();
  const waiting = sendRequests(adas, 20, 'of-ada');
  await hold.arrived;

  const signingIn = signIn(bobs, 'bob');
  hold.release();
  await signingIn;
  await waiting;

  await expect.poll(() => adas.getByTestId('state').textContent()).toMatch(/bob/i);
  expect(await sendRequests(adas, 5, 'of-bob')).toEqual([200, 200, 200, 200, 200]);
  const api = stage.server.log().filter(({ requestId }) => requestId);
  expect(api.filter(({ requestId, user }) => requestId?.startsWith('of-ada') && user !== 'ada')).toEqual([]);
  expect(api.filter(({ requestId, user }) => requestId?.startsWith('of-bob') && user !== 'bob')).toEqual([]);

  // A late answer for Ada has not put her cookie back.
  await adas.close();
  await bobs.close();
  const later = await stage.openTab();
  expect(await later.getByTestId('state').textContent()).toMatch(/bob/i);
});

it('requests that wait when another user signs in are rejected, not sent (P7)', async () => {
  const [adas, bobs] = [await stage.openTab(), await stage.openTab()];
  await signIn(adas, 'ada');
  await expect.poll(() => status(bobs)).toBe('signed-in');
  stage.server.expire();
  // Bob's login is under way, and holds the lock, when Ada's requests find their token refused.
  const hold = stage.server.holdLogin();
  const signingIn = signIn(bobs, 'bob');
  await hold.arrived;
  const waiting = sendRequests(adas, 5, 'of-ada');
  await expect.poll(() => stage.server.stats().unauthorized).toBe(5);
  hold.release();
  await signingIn;

  expect(await waiting).toEqual(Array.from({ length: 5 }, () => 'session-changed'));
  expect(
    stage.server.log().filter(({ requestId, status }) => requestId?.startsWith('of-ada') && status === 200),
  ).toEqual([]);
});
