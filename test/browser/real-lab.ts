/** The lab of the simulation's experiments (../simulation/fidelity/lab.ts) in a real browser. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createDemoServer, type DemoServer } from '../../demo/server/app.ts';
import type { HeldAnswer, Lab, LabPage } from '../simulation/fidelity/lab.ts';
import type { Engine, EngineName, Tab } from './engines/engine.ts';
import { testPages } from './pages.ts';

/** Milliseconds between two looks. */
const LOOK = 10;
/** Milliseconds after which nothing is expected any more. */
const PATIENCE = 15_000;

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; !(await holds()); await sleep(LOOK))
    if (Date.now() > deadline) throw new Error(`In vain: ${what}`);
}

/** As the lab's pages begin: see model-lab.ts. */
const BEGIN = 'window.notes = []; window.letGo = {};';

export async function openLab(engine: Engine, name: EngineName): Promise<Lab & { close(): Promise<void> }> {
  const seen: string[] = [];
  let held = holdAnswer();
  let linked = '';
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.get('/page', (c) => c.html(`<!doctype html><title>A page</title>`));
  routes.get('/linked', (c) => c.html(`<!doctype html><title>A page</title><script>${BEGIN}(${linked})()</script>`));
  routes.get('/jar', (c) => c.text(c.req.header('Cookie') ?? ''));
  routes.post('/auth/refresh', async (c) => {
    held.arrive();
    c.env.outgoing.once('close', () => held.over(c.env.outgoing.writableFinished));
    await held.released;
    return c.body(null, 200, { 'Set-Cookie': 'landed=yes; HttpOnly; Path=/' });
  });
  routes.post('/auth/logout', (c) => c.body(null, 204));
  routes.get('/api/:name', (c) => {
    seen.push(c.req.path);
    return c.body(null, 204);
  });
  routes.route('/', testPages());
  const server = await createDemoServer({ routes: routes as unknown as Hono });
  const witness = async () => (await engine.open(`${server.url}/jar`)).run(() => String(document.body.textContent));

  return {
    engine: name,
    open: async () => begun(await engine.open(`${server.url}/page`), server),
    async link(work) {
      linked = String(work);
      const tab = await engine.open(`${server.url}/link?to=${encodeURIComponent(`${server.url}/linked`)}`);
      const follow = async () => {
        // Gone with its page, it may never say that it has clicked.
        await tab.run(() => document.querySelector('a')?.click()).catch(() => {});
        await eventually('the linked page', () => tab.run(() => 'notes' in window).catch(() => false));
        return pageOf(tab, server);
      };
      return { follow };
    },
    until: (page, condition) => eventually(String(condition), () => page.run(condition)),
    asked: (path) => eventually(path, () => seen.includes(path)),
    holdRefresh() {
      held = holdAnswer();
      const { arrived, release, isSent } = held;
      const end: HeldAnswer['end'] = async () => {
        if (!(await isSent)) return 'the request was given up';
        await eventually('the cookie', async () => (await witness()).includes('landed'));
        return 'the cookie landed';
      };
      return { arrived: () => arrived, release, end };
    },
    async close() {
      await engine.closeTabs();
      await server.close();
    },
  };
}

async function begun(tab: Tab, server: DemoServer): Promise<LabPage> {
  await tab.run(() => {
    window.notes = [];
    window.letGo = {};
  });
  return pageOf(tab, server);
}

const pageOf = (tab: Tab, server: DemoServer): LabPage => ({
  run: (work, argument) => tab.run(work, argument),
  close: () => tab.close(),
  leave: () => tab.goto(`${server.url}/page?next`),
  back: () => tab.back(),
  freeze: async () => tab.freeze?.(),
  thaw: async () => tab.thaw?.(),
  setOffline: async (isOffline) => tab.setOffline?.(isOffline),
});

function holdAnswer() {
  let arrive = () => {};
  let release = () => {};
  let over = (_isSent: boolean) => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  /** Whether all of it was sent before the connection was over. */
  const isSent = new Promise<boolean>((resolve) => {
    over = resolve;
  });
  return { arrive, arrived, release, released, over, isSent };
}
