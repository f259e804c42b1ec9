/** Imports go down the floors only. Checked by `npm run layering`. */

const ground = '^src/(cookies|decisions|deadlines|errors|events|known-keys|page|problems|safe-url|wait)\\.ts$';

const floors = [
  { name: 'check', path: '^src/check/' },
  { name: 'doors', path: '^src/(development|index|ky|react|testing)\\.ts$' },
  { name: 'development', path: '^src/development/' },
  { name: 'testing', path: '^src/testing/' },
  { name: 'react', path: '^src/react/' },
  { name: 'client', path: '^src/client\\.ts$' },
  { name: 'the parts of a client', path: '^src/client-parts\\.ts$' },
  { name: 'the public face and its options', path: '^src/(auth-client|client-options)\\.ts$' },
  { name: 'http', path: '^src/http/' },
  { name: 'lifecycle', path: '^src/lifecycle/' },
  { name: 'refresh', path: '^src/refresh/' },
  { name: 'tabs', path: '^src/tabs/' },
  { name: 'session', path: '^src/session/' },
  { name: 'ground', path: ground },
];

const upwards = floors.slice(1).map((floor, index) => ({
  name: `${floor.name}-imports-upwards`,
  severity: 'error',
  from: { path: floor.path },
  to: { path: floors.slice(0, index + 1).map(({ path }) => path) },
}));

module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'check-imports-the-client',
      comment:
        'The command judges answers as the client does, and needs nothing else of it. Nobody imports it: it is for Node.',
      severity: 'error',
      from: { path: '^src/check/' },
      to: { path: '^src/', pathNot: ['^src/(check|refresh|session)/', ground] },
    },
    {
      name: 'testing-in-an-app',
      comment: 'What is for tests belongs in no app: only its own door has it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing' },
      to: { path: '^src/testing' },
    },
    { name: 'circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-floor',
      comment: 'A new file belongs to a floor: add it above.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: floors.map(({ path }) => path) },
    },
    {
      name: 'session-changed-elsewhere',
      comment: 'Only session/ changes a session; other rooms call what is in session-changes and sign-ins.',
      severity: 'error',
      from: { pathNot: '^src/session/' },
      to: { path: '^src/session/record-change\\.ts$' },
    },
    {
      name: 'core-imports-ky-or-react',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ky\\.ts|react)' },
      to: { path: 'node_modules/(ky|react|react-dom)/' },
    },
    {
      name: 'undeclared-dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        pathNot: 'node_modules/(ky|react|@types/react)/',
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
