/** P9 in a real tab: after a busy life the token lies nowhere but in memory. */

import { expect, it } from 'vitest';
import { sendRequests, setStage, signIn, status } from './stage.ts';

const stage = setStage();

it('the token is in no storage, cookie, URL, document, history or performance entry, and in no message (P9)', async () => {
  const [tab, other] = [await stage.openTab(), await stage.openTab()];
  await signIn(tab, 'ada');
  await expect.poll(() => status(other)).toBe('signed-in');
  const tokens = [await tab.evaluate(() => window.demo.auth.getAccessToken())];
  stage.server.expire();
  await sendRequests(tab, 5);
  tokens.push(await other.evaluate(() => window.demo.auth.getAccessToken()));
  await tab.getByTestId('never').click();
  await tab.getByTestId('step-up').click();

  for (const page of [tab, other]) {
    const found = await page.evaluate(async () => {
      const databases = await indexedDB.databases();
      return JSON.stringify({
        local: { ...localStorage },
        session: { ...sessionStorage },
        databases,
        caches: await caches.keys(),
        cookie: document.cookie,
        url: location.href,
        state: history.state,
        document: document.documentElement.outerHTML,
        performance: performance.getEntries().map((entry) => entry.name),
        auth: [window.demo.auth, window.demo.auth.getState()],
      });
    });
    for (const token of tokens) {
      expect(token.length).toBeGreaterThan(20);
      expect(found).not.toContain(token);
      // Nor its signature alone.
      expect(found).not.toContain(token.split('.').at(-1));
    }
  }
  expect(tokens[0]).not.toBe(tokens[1]);
  const cookies = JSON.stringify(await stage.context.cookies());
  for (const token of tokens) {
    expect(cookies).not.toContain(token);
    expect(stage.console.join('\n')).not.toContain(token);
  }
});
