/** WebKitGTK, by the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/), on a screen that nobody sees. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Tab } from './engine.ts';

/** Milliseconds between two looks at a function that runs in a page. */
const LOOK = 15;

export async function startWebKit(browser: string): Promise<Engine> {
  const names = await startNameProxy();
  const begin = () => startSession(browser, names.port);
  const { call, session, version, stop } = await begin().catch(begin);
  // The browser stays as long as it has a window.
  const [first] = await call<string[]>('GET', `${session}/window/handles`);
  const open = new Set<Tab>();

  // A session looks at one window at a time.
  let lastTurn: Promise<unknown> = Promise.resolve();
  function inWindow<T>(handle: string | undefined, act: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(async () => {
      await call('POST', `${session}/window`, { handle });
      return act();
    });
    lastTurn = turn.catch(() => {});
    return turn;
  }
  const execute = <T>(script: string, args: unknown[]) => call<T>('POST', `${session}/execute/sync`, { script, args });

  function tabOf(handle: string): Tab {
    let runs = 0;
    const tab: Tab = {
      async run(work, argument) {
        const key = `run ${++runs}`;
        await inWindow(handle, () => execute(start(String(work)), [key, argument ?? null]));
        for (;;) {
          const end = await inWindow(handle, () => execute<End | null>(LOOK_AT, [key]));
          if (end?.error) throw new Error(end.error);
          if (end) return end.value as never;
          await sleep(LOOK);
        }
      },
      async goto(url) {
        await inWindow(handle, () => call('POST', `${session}/url`, { url }));
        // In a window that is just being made, the driver may answer while its first, empty page still stands.
        const isThere = () => inWindow(handle, () => execute<boolean>(IS_THERE, [url]));
        while (!(await isThere())) await sleep(LOOK);
      },
      async back() {
        const here = await inWindow(handle, () => execute<string>('return location.href;', []));
        await inWindow(handle, () => call('POST', `${session}/back`, {}));
        const isThere = () => inWindow(handle, () => execute<boolean>(IS_ELSEWHERE, [here]));
        while (!(await isThere())) await sleep(LOOK);
      },
      async close() {
        open.delete(tab);
        await inWindow(handle, () => call('DELETE', `${session}/window`));
      },
    };
    open.add(tab);
    return tab;
  }

  return {
    version: `WebKitGTK ${version}`,
    async open(url) {
      // A tab in the background would be hidden.
      const { handle } = await inWindow(first, () =>
        call<{ handle: string }>('POST', `${session}/window/new`, { type: 'window' }),
      );
      const tab = tabOf(handle);
      await tab.goto(url);
      return tab;
    },
    tabs: () => [...open],
    async closeTabs() {
      for (const tab of [...open]) await tab.close();
    },
    async quit() {
      await call('DELETE', session).catch(() => {});
      stop();
      names.close();
    },
  };
}

/** On a busy machine the driver may wait for its browser for ever; what takes longer is given up. */
const SESSION_WITHIN = 20_000;

async function startSession(browser: string, proxyPort: number) {
  const port = await freePort();
  const driver = spawn('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`], { stdio: 'ignore', detached: true });
  const stop = () => {
    // The driver and its screen, which are a group of their own.
    if (driver.pid) process.kill(-driver.pid);
  };

  async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, within?: number): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      ...(within && { signal: AbortSignal.timeout(within) }),
    });
    const { value } = (await response.json()) as { value: T };
    if (!response.ok) throw new Error(`WebKitWebDriver, ${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  }

  const alwaysMatch = {
    'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] },
    proxy: { proxyType: 'manual', httpProxy: `127.0.0.1:${proxyPort}`, noProxy: ['127.0.0.1', 'localhost'] },
  };
  try {
    await reachable(() => call('GET', '/status'));
    const { sessionId, capabilities } = await call<{ sessionId: string; capabilities: { browserVersion: string } }>(
      'POST',
      '/session',
      { capabilities: { alwaysMatch } },
      SESSION_WITHIN,
    );
    return { call, session: `/session/${sessionId}`, version: capabilities.browserVersion, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

interface End {
  readonly value?: unknown;
  readonly error?: string;
}

/** The work is part of the script: the page's policy forbids `eval`. */
const start = (work: string) => `
  const [key, argument] = arguments;
  const ends = (window.ends ??= {});
  Promise.resolve(argument).then(${work}).then(
    (value) => { ends[key] = { value }; },
    (error) => { ends[key] = { error: String(error) }; },
  );`;

const IS_THERE = "return location.href === new URL(arguments[0]).href && document.readyState === 'complete';";

const IS_ELSEWHERE =
  "return ![arguments[0], 'about:blank'].includes(location.href) && document.readyState === 'complete';";

/** A page that has taken the place of the one where the work was begun knows nothing of it. */
const LOOK_AT = "return window.ends ? (window.ends[arguments[0]] ?? null) : { error: 'The page has gone.' };";

/** Every name is this machine's: what the other engines are told by a setting. */
async function startNameProxy(): Promise<{ port: number; close(): void }> {
  const proxy = createServer((incoming, outgoing) => {
    const { port, pathname, search } = new URL(incoming.url ?? '');
    const { method, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  return {
    port: await listen(proxy),
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function reachable(ask: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error('WebKitWebDriver did not start.', { cause: error });
    }
  }
}
