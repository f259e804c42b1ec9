/** P7 with Django: SimpleJWT's `user_id` tells whether it is the same user who signs in while requests wait. */

import { describe, expect, it } from 'vitest';
import { send, signIn, subjectOf } from '../../browser/bare-stage.ts';
import type { Tab } from '../../browser/engines/engine.ts';
import { refreshes } from './control.ts';
import { adasTabs, setDjangoStage, WAYS, type Way } from './stage.ts';

const stage = setDjangoStage();

/** The token endpoint is down, so they wait until somebody signs in. */
async function whileRequestsWait(way: Way, user: string) {
  const [one, other] = (await adasTabs(stage, way, 2)) as [Tab, Tab];
  const ada = await subjectOf(one);
  await stage.server.breakRefresh('503');
  await stage.server.expire();
  const waiting = send(other, 5, 'waiting');
  await expect.poll(async () => refreshes(await stage.server.look()).some(({ status }) => status === 503)).toBe(true);
  await signIn(one, user);
  return { ada, now: () => subjectOf(other), waiting: await waiting };
}

describe.each(WAYS)('the refresh token is %s', (_, way) => {
  it('the same user signs in again, and waiting requests go on', async () => {
    const { ada, now, waiting } = await whileRequestsWait(way, 'ada');
    expect(waiting).toEqual([200, 200, 200, 200, 200]);
    expect(ada).toMatch(/^\d+$/);
    expect(await now()).toBe(ada);
  });

  it('another user signs in, and waiting requests are not sent', async () => {
    const { ada, now, waiting } = await whileRequestsWait(way, 'bob');
    expect(new Set(waiting)).toEqual(new Set(['session-changed']));
    expect(await now()).not.toBe(ada);
  });
});
