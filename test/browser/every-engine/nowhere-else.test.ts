/** P9 in a real tab: after a busy life the token lies nowhere but in memory. */

import { expect, it } from 'vitest';
import { restored, send, setBareStage, signIn } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

const accessToken = (tab: Tab) => tab.run(() => window.demo.auth.getAccessToken());

/** All places where a page can leave something, in one text. */
const traces = (tab: Tab): Promise<string> =>
  tab.run(async () =>
    JSON.stringify({
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: (await indexedDB.databases?.()) ?? [],
      caches: await caches.keys(),
      cookie: document.cookie,
      url: location.href,
      history: history.state,
      document: document.documentElement.outerHTML,
      performance: performance.getEntries().map((entry) => entry.name),
      client: [window.demo.auth, window.demo.auth.getState()],
      printed: (window as unknown as { printed: string[] }).printed,
    }),
  );

/** From here on, what the page prints. */
const listen = (tab: Tab) =>
  tab.run(() => {
    const printed: string[] = [];
    Object.assign(window, { printed });
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      console[method] = (...said: unknown[]) => void printed.push(said.map(String).join(' '));
    addEventListener('error', ({ message }) => printed.push(message));
    addEventListener('unhandledrejection', ({ reason }) => printed.push(String(reason)));
  });

it('the token is in no storage, cookie, URL, document, history, console or performance entry, and in no error (P9)', async () => {
  const tab = await stage.openTab();
  await listen(tab);
  await signIn(tab, 'ada');
  const other = await stage.openTab();
  await listen(other);
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

  const found = [errors, String(over), await traces(tab), await traces(other)];
  for (const token of tokens) {
    const signature = token.split('.').at(-1);
    expect(String(signature).length).toBeGreaterThan(20);
    for (const text of found) expect(text).not.toContain(signature);
  }
});
