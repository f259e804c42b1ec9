/** `npm test`: every check in its turn, all of them even if one fails, and one line that counts. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const reports = mkdtempSync(join(tmpdir(), 'silent-refresh-'));

interface Check {
  readonly name: string;
  readonly script: string;
  /** For the script. */
  readonly options?: readonly string[];
  /** Counts its own tests; any other check counts as one. */
  readonly report?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Fresh schedules for people. On a CI server a rare counterexample must not stop a change that has no part in it. */
const SEED = process.env.CI ? ['--seed', '20261122'] : [];

const checks: Check[] = [
  { name: 'build', script: 'build:all' },
  { name: 'format and lint', script: 'lint' },
  { name: 'types', script: 'types' },
  { name: 'layering', script: 'layering' },
  { name: 'unit tests', script: 'test:unit', report: 'unit.json' },
  { name: 'simulation', script: 'test:simulation', options: ['--runs', '5000', ...SEED] },
  { name: 'browser tests', script: 'test:browser', report: 'browser.json' },
  // The engines are no different there: one is enough.
  { name: 'real servers', script: 'test:servers', report: 'servers.json', env: { ENGINES: 'chromium' } },
  { name: 'package', script: 'package' },
  { name: 'size', script: 'size' },
];

function run({ name, script, options = [], report, env }: Check): { passed: number; failed: number } {
  console.log(`\n── ${name}: npm run ${script}`);
  const file = report && join(reports, report);
  const reporters = file ? ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`] : [];
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...options, ...reporters], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (!file) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const counts = countTests(file);
  // A run that failed without a failed test: an unhandled rejection, a file that didn't load, no browser.
  return status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function countTests(file: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

const results = checks.map((check) => ({ ...check, ...run(check) }));
rmSync(reports, { recursive: true });

console.log();
for (const { name, passed, failed } of results)
  console.log(`${failed ? '✗' : '✓'} ${name}: ${passed} of ${passed + failed}`);
const total = (count: 'passed' | 'failed') => results.reduce((sum, result) => sum + result[count], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') || !total('passed') ? 1 : 0;
