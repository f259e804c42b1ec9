/** The package with its dependencies, at `/silent-refresh.js`: for `await import(…)` in a console or a test. */

export * from 'silent-refresh';
export * from 'silent-refresh/ky';
