/** P9 in a real tab: after a busy life the token lies nowhere but in memory. */

import { expect, it } from 'vitest';
import { adasTab, restored, send, setBareStage } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { tracesOf } from '../traces.ts';

const stage = setBareStage();

const accessToken = (tab: Tab) => tab.run(() => window.demo.auth.getAccessToken());

it('after a busy life the token lies nowhere but in memory', async () => {
  const tab = await adasTab(stage);
  const other = await stage.openTab();
  expect(await restored(other)).toBe('signed-in');
  const tokens = [await accessToken(tab)];
  stage.server.expire();
  expect(await send(tab, 5)).toEqual([200, 200, 200, 200, 200]);
  tokens.push(await accessToken(other));
  expect(tokens[0]).not.toBe(tokens[1]);

  const errors = await tab.run(async () => {
    const { auth } = window.demo;
    const requests = ['/api/never', '/api/stepup', '/api/forbidden'].map((path) => auth.fetch(path).then(() => ''));
    return (await Promise.all([...requests, auth.fetch('http://[').catch((error) => String(error))])).join();
  });
  stage.server.revoke('ada');
  const over = await tab.run(() => window.demo.auth.refresh().catch((error) => JSON.stringify([String(error), error])));

  const found = [errors, String(over), await tracesOf(tab), await tracesOf(other)];
  for (const token of tokens) {
    const signature = token.split('.').at(-1);
    expect(String(signature).length).toBeGreaterThan(20);
    for (const text of found) expect(text).not.toContain(signature);
  }
});
