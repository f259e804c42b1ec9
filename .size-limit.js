/**
 * The size budget, in bytes that travel: bundled as ES modules, as apps do it, minified and gzipped. It is what the code
 * needs today, its messages included, and a little room. The README has the sizes themselves.
 */

const asModule = (config) => ({ ...config, format: 'esm' });

const budget = (name, path, limit, ignore, names) => ({
  name,
  path,
  limit,
  ignore,
  ...(names && { import: names }),
  gzip: true,
  modifyEsbuildConfig: asModule,
});

const ITS_DEPENDENCIES = ['broadcast-channel', 'jwt-decode'];
const BY_COOKIE = '{ createAuthClient, isAuthError }';
const BY_BODY = '{ createAuthClient, isAuthError, bodyRefresh }';

export default [
  budget("the core's own code", 'dist/index.js', '22.2 kB', ITS_DEPENDENCIES, BY_COOKIE),
  budget('the same with bodyRefresh', 'dist/index.js', '23.8 kB', ITS_DEPENDENCIES, BY_BODY),
  budget('silent-refresh with its dependencies', 'dist/index.js', '25.9 kB', [], BY_COOKIE),
  budget('silent-refresh/ky, without ky itself', 'dist/ky.js', '0.4 kB', ['ky']),
  budget('silent-refresh/react, without React itself', 'dist/react.js', '0.97 kB', ['react', 'react/jsx-runtime']),
];
