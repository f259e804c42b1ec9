/** Finds a Chromium, or installs one. Run as a script by `npm run test:browser`, before the tests. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const VARIABLE = 'CHROMIUM_PATH';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const MAC_APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The environment variable's, else Playwright's own, else the system's. */
export function findChromium(): string | undefined {
  const named = process.env[VARIABLE];
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`${VARIABLE} is ${named}, and there is no such file.`);
  }
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [chromium.executablePath(), ...onPath, ...MAC_APPS].find((path) => existsSync(path));
}

/** Playwright's installer knows most systems; Debian's package helps where its download is out of reach. */
function installChromium(): void {
  const playwright = join(createRequire(import.meta.url).resolve('playwright-core/package.json'), '../cli.js');
  const attempts: [string, string[]][] = [[process.execPath, [playwright, 'install', 'chromium']]];
  if (existsSync('/usr/bin/apt-get')) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    attempts.push(
      ['env', [...sudo, 'apt-get', 'update', '-qq']],
      ['env', [...sudo, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', 'chromium']],
    );
  }
  for (const [command, args] of attempts) {
    console.log(`No Chromium yet: ${[command, ...args].join(' ')}`);
    try {
      execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 });
    } catch (error) {
      console.log(`That failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (findChromium()) return;
  }
}

/** @throws with what to do, where there is none and none can be installed */
export function requireChromium(): string {
  const path = findChromium();
  if (path) return path;
  throw new Error(
    `The browser tests need Chromium, and it could be neither found nor installed. Install Chrome or Chromium, or run ` +
      `"npx playwright-core install chromium", or set ${VARIABLE} to the path of its executable; then run the tests again.`,
  );
}

if (import.meta.main) {
  if (!findChromium()) installChromium();
  try {
    console.log(`Chromium: ${requireChromium()}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
