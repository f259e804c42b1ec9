/** Installs the peers of bench/package.json, unless they are there. The package itself needs none of them. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;

const json = (path: string) => JSON.parse(readFileSync(join(HERE, path), 'utf8'));

const wanted = (): Record<string, string> => json('package.json').dependencies;

function installed(name: string): string | undefined {
  try {
    return json(`node_modules/${name}/package.json`).version;
  } catch {
    return undefined;
  }
}

export const versionOf = (name: string): string => wanted()[name] ?? '';

export function installPeers(say: (what: string) => void): void {
  const missing = Object.entries(wanted()).filter(([name, version]) => installed(name) !== version);
  if (missing.length === 0) return;
  say(`npm install, in bench/: ${missing.map(([name]) => name).join(', ')}`);
  // Their install scripts do nothing that a bundle needs.
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: HERE,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('The peers could not be installed.');
}

if (import.meta.main) installPeers(console.log);
