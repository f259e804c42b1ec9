/** Two clients where one was meant: the console says so, once on a page, and hot reloads forget nothing. */

import { beforeEach, expect, it, vi } from 'vitest';
import { registerClient } from '../../src/development/page-clients.ts';
import { warn } from '../../src/development/warn.ts';
import { newBrowser } from '../world/tabs.ts';

const CART = 'https://app.test/auth/refresh';
const SHOP = 'https://shop.test/auth/refresh';

let name: string;
const said: [key: string, text: string][] = [];
const note = (...each: [key: string, text: string]) => void said.push(each);
beforeEach(() => {
  said.length = 0;
  name = newBrowser();
});

it('one client, or one after the other, is all right', () => {
  registerClient(name, CART, note)();
  registerClient(name, CART, note)();
  registerClient(newBrowser(), CART, note);
  expect(said).toEqual([]);
});

it('a second client of the same name and endpoint is told of, until one is disposed of', () => {
  const undo = registerClient(name, CART, note);
  registerClient(name, CART, note);
  expect(said).toEqual([
    [
      `client-made-twice ${name} ${CART}`,
      `This page has made two clients named '${name}' for ${CART}. They share one session, as two tabs do. But each has listeners and timers of its own.
Likely:
  - createAuthClient() is called inside a component or a hook. Then each render makes another client.
  - A hot reload has run the module again. Then this is harmless, and a full reload ends it.
To do: Call createAuthClient() once, at the top level of a module. Or call dispose() on the earlier client first.
More: node_modules/silent-refresh/docs/troubleshooting.md#client-made-twice`,
    ],
  ]);
  undo();
  // The other one lives on.
  registerClient(name, CART, note);
  expect(said).toHaveLength(2);
});

it('one name for two endpoints is told of', () => {
  registerClient(name, CART, note);
  registerClient(name, SHOP, note);
  expect(said).toEqual([
    [
      `name-for-two-endpoints ${name}`,
      `This page has two clients named '${name}', for ${CART} and ${SHOP}. They share no session, but each waits while the other one refreshes.
Likely:
  - The page uses two backends, or holds two apps, and their clients have no name of their own.
To do: Give each client its own name: createAuthClient({ name: 'shop', … }).
More: node_modules/silent-refresh/docs/troubleshooting.md#name-for-two-endpoints`,
    ],
  ]);
});

it('each thing is said once on a page, though a hot reload brings the module again', async () => {
  const onConsole = vi.spyOn(console, 'warn').mockImplementation(() => {});
  warn(`first ${name}`, 'First.');
  warn(`second ${name}`, 'Second.');
  warn(`first ${name}`, 'First.');
  vi.resetModules();
  const again = await import('../../src/development/warn.ts');
  again.warn(`second ${name}`, 'Second.');
  expect(onConsole.mock.calls).toEqual([['[silent-refresh] First.'], ['[silent-refresh] Second.']]);
});

it('a client of before a hot reload counts', async () => {
  registerClient(name, CART, note);
  vi.resetModules();
  const again = await import('../../src/development/page-clients.ts');
  again.registerClient(name, CART, note);
  expect(said.map(([key]) => key)).toEqual([`client-made-twice ${name} ${CART}`]);
});
