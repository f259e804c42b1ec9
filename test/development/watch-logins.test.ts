/** Logins that the client wasn't told of, and logins through `auth.fetch`: which requests count as one. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { warnOfLogin, watchLogins } from '../../src/development/watch-logins.ts';
import {
  loginEntry,
  type ObservedResources,
  observedResources,
  type ResourceEntry,
} from '../given/observed-resources.ts';
import { jwt } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';

const TOLD_WITHIN = 5_000;
const said: [key: string, text: string][] = [];
const note = (...each: [key: string, text: string]) => void said.push(each);
const keys = () => said.map(([key]) => key);
/** Each test has a host of its own: what was told once isn't told again. */
let host = '';
let hosts = 0;

beforeEach(() => {
  stopClocks();
  said.length = 0;
  host = `https://app-${++hosts}.test`;
  return () => vi.unstubAllGlobals();
});

describe('through auth.fetch', () => {
  const login = (path: string, answer = Response.json({ access_token: jwt({ sub: 'ada' }) }), method = 'POST') =>
    warnOfLogin(new URL(host + path), method, answer, note);

  it.each([
    '/login',
    '/log-in',
    '/api/LogIn/ada',
    '/signin',
    '/auth/sign-in',
    '/session',
    '/sessions/',
    '/api/token',
    '/tokens',
  ])('a token from %s is told of', async (path) => {
    await login(`${path}?secret`);
    expect(keys()).toEqual([`login-through-auth-fetch ${host}${path}`]);
  });

  it('what is said', async () => {
    await login('/login?secret');
    expect(
      said[0]?.[1],
    ).toBe(`A login was sent through auth.fetch: POST ${host}/login answered with a token. That alone signs nobody in. And auth.fetch may make a login wait for the token of an earlier session, or send that token along.
Likely:
  - All requests of the app go through auth.fetch, or through a client that is built on it.
To do: Send the login with plain fetch, inside signIn: await auth.signIn(() => fetch('/login', { method: 'POST', … })).
More: node_modules/silent-refresh/docs/troubleshooting.md#login-through-auth-fetch`);
  });

  it.each(['/orders', '/sessions/7', '/tokens/7', '/catalog'])('a token from %s is none of a login', async (path) => {
    await login(path);
    expect(said).toEqual([]);
  });

  it('neither is an answer without a token, a refusal or a GET', async () => {
    await login('/login', Response.json({ ok: true }));
    await login('/login', Response.json({ access_token: 'a' }, { status: 401 }));
    await login('/login', undefined, 'GET');
    expect(said).toEqual([]);
  });

  it('the caller can still read the answer', async () => {
    const answer = Response.json({ access_token: 'a' });
    await login('/login', answer);
    expect(answer.bodyUsed).toBe(false);
  });
});

describe('past the client', () => {
  let resources: ObservedResources;
  let isSignedOut = true;
  let toldSince: number | undefined;

  beforeEach(() => {
    isSignedOut = true;
    toldSince = undefined;
    resources = observedResources();
  });

  const watch = () =>
    watchLogins(
      () => isSignedOut,
      (since) => toldSince !== undefined && toldSince >= since,
      note,
    );
  const entry = (more: ResourceEntry = {}) => loginEntry(`${host}/login?secret`, { startTime: 100, ...more });
  async function seen(...entries: ResourceEntry[]) {
    watch();
    resources.tell(...entries);
    await pass(TOLD_WITHIN);
    return keys();
  }

  it('a login that nobody tells of within five seconds', async () => {
    watch();
    expect(resources.observed).toEqual({ type: 'resource' });
    resources.tell(entry());
    await pass(TOLD_WITHIN - 1);
    expect(said).toEqual([]);
    await pass(1);
    expect(said).toEqual([
      [
        `login-not-told ${host}/login`,
        `${host}/login answered 200, which looks like a login. But 5 s later nobody is signed in.
Likely:
  - The login was sent with plain fetch alone. The client doesn't know of it.
  - It was the first of two steps, and a second factor is still to come. Then this is harmless.
To do: Give the login to the client: await auth.signIn(() => fetch('/login', { method: 'POST', … })). If its answer holds no token, call auth.signIn() after it: that begins the session of the cookie.
More: node_modules/silent-refresh/docs/troubleshooting.md#login-not-told`,
      ],
    ]);
  });

  it.each(['/login', '/log-in/', '/SignIn', '/user/sign-in', '/jwt/obtain', '/api/token', '/token/'])(
    '%s',
    async (path) => {
      expect(await seen(entry({ name: host + path }))).toEqual([`login-not-told ${host}${path}`]);
    },
  );

  it.each(['/csrf/token', '/xsrf/token', '/forgery/token', '/api/session', '/tokens', '/login/7', '/logins'])(
    'not %s',
    async (path) => {
      expect(await seen(entry({ name: host + path }))).toEqual([]);
    },
  );

  it.each<[string, ResourceEntry]>([
    ['a request by XMLHttpRequest', { initiatorType: 'xmlhttprequest' }],
    ['a 204', { responseStatus: 204 }],
    ['a 299', { responseStatus: 299 }],
    ['an answer whose type isn’t told', { contentType: '' }],
    ['JSON by another name', { contentType: 'application/problem+json' }],
  ])('%s counts', async (_, more) => {
    expect(await seen(entry(more))).toHaveLength(1);
  });

  it.each<[string, ResourceEntry]>([
    ['a script', { initiatorType: 'script' }],
    ['a refusal', { responseStatus: 401 }],
    ['a redirect', { responseStatus: 300 }],
    ['a status below 200', { responseStatus: 199 }],
    ['a status that isn’t told, as in Safari', { responseStatus: 0 }],
    ['a page', { contentType: 'text/html' }],
  ])('%s does not', async (_, more) => {
    expect(await seen(entry(more))).toEqual([]);
  });

  it('the page’s own address, of unknown type, may be a router’s', async () => {
    vi.stubGlobal('location', new URL(`${host}/login`));
    expect(await seen(entry({ contentType: '' }))).toEqual([]);
    expect(await seen(entry())).toHaveLength(1);
  });

  it('each of several is looked at', async () => {
    expect(await seen(entry({ responseStatus: 500 }), entry())).toHaveLength(1);
  });

  it('not while somebody is signed in, at its time or later', async () => {
    isSignedOut = false;
    watch();
    resources.tell(entry());
    isSignedOut = true;
    await pass(TOLD_WITHIN);
    resources.tell(entry());
    isSignedOut = false;
    await pass(TOLD_WITHIN);
    expect(said).toEqual([]);
  });

  it('not where the client was told of one since', async () => {
    toldSince = 100;
    expect(await seen(entry())).toEqual([]);
    toldSince = 99;
    expect(await seen(entry())).toHaveLength(1);
  });

  it('not where it was told of as a login through auth.fetch', async () => {
    await warnOfLogin(new URL(`${host}/login`), 'POST', Response.json({ access_token: 'a' }), note);
    expect(await seen(entry())).toEqual([`login-through-auth-fetch ${host}/login`]);
  });

  it('nothing is said after its undo', async () => {
    const undo = watch();
    resources.tell(entry());
    undo();
    await pass(TOLD_WITHIN);
    expect(said).toEqual([]);
    expect(resources.observed).toBeUndefined();
  });

  it('without the observer nothing is watched', () => {
    vi.stubGlobal('PerformanceObserver', undefined);
    expect(() => watch()()).not.toThrow();
  });
});
