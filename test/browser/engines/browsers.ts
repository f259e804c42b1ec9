/** Finds the browsers, or installs them: run as a script before the tests. `ENGINES` says which. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { EngineName } from './engine.ts';

interface Browser {
  readonly title: string;
  /** The environment variable that may hold its path. */
  readonly variable: string;
  /** Its executable, on the path or in full. */
  readonly names: readonly string[];
  /** What else has to be on the path. */
  readonly tools?: readonly string[];
  /** Debian's packages. */
  readonly packages: readonly string[];
}

const BROWSERS: Readonly<Record<EngineName, Browser>> = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM_PATH',
    names: [
      chromium.executablePath(),
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      'chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    packages: ['chromium'],
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX_PATH',
    names: ['firefox', 'firefox-esr', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    packages: ['firefox-esr'],
  },
  webkit: {
    title: 'WebKitGTK’s MiniBrowser',
    variable: 'MINIBROWSER_PATH',
    // A library keeps it; where, depends on the machine.
    names: ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
    tools: ['WebKitWebDriver', 'xvfb-run'],
    packages: ['webkit2gtk-driver', 'xvfb'],
  },
};

const folders = (process.env.PATH ?? '').split(delimiter);

const locate = (name: string): string | undefined =>
  [name, ...folders.map((folder) => join(folder, name))].find((path) => path.startsWith('/') && existsSync(path));

/** The environment variable's, else the system's; `undefined` where something is missing. */
export function findBrowser(engine: EngineName): string | undefined {
  const { variable, names, tools = [] } = BROWSERS[engine];
  const named = process.env[variable];
  if (named && !existsSync(named)) throw new Error(`${variable} is ${named}, and there is no such file.`);
  return tools.every(locate) ? named || names.map(locate).find(Boolean) : undefined;
}

/** Playwright's installer knows most systems; Debian's packages help where its download is out of reach. */
function install(engine: EngineName): void {
  const { title, packages } = BROWSERS[engine];
  const attempts: [string, readonly string[]][] = [];
  if (engine === 'chromium') {
    const playwright = join(createRequire(import.meta.url).resolve('playwright-core/package.json'), '../cli.js');
    attempts.push([process.execPath, [playwright, 'install', 'chromium']]);
  }
  if (existsSync('/usr/bin/apt-get')) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    attempts.push(
      ['env', [...sudo, 'apt-get', 'update', '-qq']],
      ['env', [...sudo, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', ...packages]],
    );
  }
  for (const [command, args] of attempts) {
    console.log(`No ${title} yet: ${[command, ...args].join(' ')}`);
    try {
      execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 });
    } catch (error) {
      console.log(`That failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (findBrowser(engine)) return;
  }
}

/** @throws with what to do, where there is none and none can be installed */
export function requireBrowser(engine: EngineName): string {
  const path = findBrowser(engine);
  if (path) return path;
  const { title, variable, packages, tools } = BROWSERS[engine];
  throw new Error(
    `These tests need ${[title, ...(tools ?? [])].join(', ')}, which could be neither found nor installed. Install it ` +
      `(on Debian: apt-get install ${packages.join(' ')}), or set ${variable} to the path of its executable; then run ` +
      'the tests again.',
  );
}

/** `ENGINES=firefox,webkit`, or `all`; Chromium alone without it. */
function wantedEngines(): EngineName[] {
  const wanted = process.env.ENGINES ?? 'chromium';
  if (wanted === 'all') return Object.keys(BROWSERS) as EngineName[];
  const names = wanted.split(',') as EngineName[];
  const stranger = names.find((name) => !(name in BROWSERS));
  if (stranger) throw new Error(`ENGINES is ${wanted}: "${stranger}" is none of ${Object.keys(BROWSERS).join(', ')}.`);
  return names;
}

/** Those wanted; less those that are missing, of which the script below has told, unless this is CI or none is left. */
export function enginesToTest(): EngineName[] {
  const wanted = wantedEngines();
  const found = wanted.filter((name) => findBrowser(name));
  return process.env.CI || found.length === 0 ? wanted : found;
}

if (import.meta.main) {
  for (const engine of wantedEngines()) {
    if (!findBrowser(engine)) install(engine);
    try {
      console.log(`${BROWSERS[engine].title}: ${requireBrowser(engine)}`);
    } catch (error) {
      console.error(`NOT TESTED in ${BROWSERS[engine].title}. ${error instanceof Error ? error.message : error}`);
    }
  }
  if (!enginesToTest().every((engine) => findBrowser(engine))) process.exitCode = 1;
}
