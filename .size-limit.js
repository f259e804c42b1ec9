/**
 * The size budget, in bytes that travel: bundled as ES modules, as apps do it, minified and gzipped. What the core needs
 * today, its messages included; the aim is 9 kB.
 */

const asModule = (config) => ({ ...config, format: 'esm' });

const budget = (name, path, limit, ignore) => ({
  name,
  path,
  limit,
  ignore,
  gzip: true,
  modifyEsbuildConfig: asModule,
});

export default [
  budget("the core's own code", 'dist/index.js', '17.1 kB', ['broadcast-channel', 'jwt-decode']),
  budget('silent-refresh with its dependencies', 'dist/index.js', '20.9 kB', []),
  budget('silent-refresh/ky, without ky itself', 'dist/ky.js', '0.4 kB', ['ky']),
  budget('silent-refresh/react, without React itself', 'dist/react.js', '0.95 kB', ['react', 'react/jsx-runtime']),
];
