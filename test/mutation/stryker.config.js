/** Mutation testing: `npm run test:mutation`. What it leaves behind is in `.stryker/`, outside git. */

export default {
  mutate: ['src/**/*.ts', 'src/**/*.tsx'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Not only the tests of files that import the mutated one: they all import the client, and coverage says more.
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // Where the machine is busy, a time-out would pass for a kill.
  timeoutMS: 20_000,
  // A second run tests what has changed, and survivors that have a new test.
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandboxes',
  // A run that was interrupted leaves its sandbox there, and the next one would copy it.
  ignorePatterns: ['.stryker'],
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: '.stryker/report.json' },
  htmlReporter: { fileName: '.stryker/report.html' },
  clearTextReporter: { reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
