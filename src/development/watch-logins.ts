/** Logins that the client wasn't told of, or that went through it, in development. */

import { readKnownShapes } from '../refresh/token-shapes.js';
import { readOn } from './explanations.js';
import type { Warn } from './warn.js';

const LOGIN = /log-?in|sign-?in|\/(sessions?|tokens?)\/?$/i;
/** The browser tells no method: what is often fetched by GET, such as a session, or a token against CSRF, isn't meant. */
const SURELY_LOGIN = /\/(log-?in|sign-?in|obtain|(?<!(csrf|xsrf|forgery)\/)token)\/?$/i;
/** Milliseconds in which an app calls `signIn` or `setSession` with an answer that it has. */
const TOLD_WITHIN = 5_000;

/** The logins that were told of already: one mistake, one message. */
const toldOf = new Set<string>();

/** A login request through the client's own `fetch` that was answered with a token. */
export async function warnOfLogin(url: URL, method: string, response: Response, warn: Warn): Promise<void> {
  if (!response.ok || method !== 'POST' || !LOGIN.test(url.pathname)) return;
  const body: unknown = await response.clone().json();
  if (!readKnownShapes(body, response).accessToken) return;
  const address = url.origin + url.pathname;
  toldOf.add(address);
  warn(
    `login-through-auth-fetch ${address}`,
    `A login was sent through auth.fetch: ${method} ${address} answered with a token. That alone signs nobody in. And auth.fetch may make a login wait for the token of an earlier session, or send that token along.
Likely:
  - All requests of the app go through auth.fetch, or through a client that is built on it.
To do: Send the login with plain fetch, inside signIn: await auth.signIn(() => fetch('${url.pathname}', { method: 'POST', … })).
${readOn('login-through-auth-fetch')}`,
  );
}

/**
 * A login that succeeded while nobody is signed in, and of which the client heard nothing for a while. Browsers tell of a
 * request only once its answer has been read.
 *
 * @param isTold whether `signIn` or `setSession` has been called since, or runs still; milliseconds of `performance.now()`
 * @returns its undo
 */
export function watchLogins(isSignedOut: () => boolean, isTold: (since: number) => boolean, warn: Warn): () => void {
  if (typeof PerformanceObserver !== 'function') return () => {};
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const look = (entry: PerformanceResourceTiming & { readonly contentType?: string }) => {
    const url = new URL(entry.name);
    const isRequest = ['fetch', 'xmlhttprequest'].includes(entry.initiatorType);
    // Safari gives no status: https://developer.mozilla.org/docs/Web/API/PerformanceResourceTiming/responseStatus
    const isSuccess = entry.responseStatus >= 200 && entry.responseStatus < 300;
    // A router that fetches the login page, or its data, isn't meant. Not every browser tells the type.
    const isAnswer = !entry.contentType || entry.contentType.includes('json');
    if (!isRequest || !isSuccess || !isAnswer || !SURELY_LOGIN.test(url.pathname) || !isSignedOut()) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const isKnown = isTold(entry.startTime) || toldOf.has(url.origin + url.pathname);
      if (!isSignedOut() || isKnown || (!entry.contentType && url.pathname === globalThis.location?.pathname)) return;
      const address = url.origin + url.pathname;
      warn(
        `login-not-told ${address}`,
        `${address} answered ${entry.responseStatus}, which looks like a login. But ${TOLD_WITHIN / 1_000} s later nobody is signed in.
Likely:
  - The login was sent with plain fetch alone. The client doesn't know of it.
  - It was the first of two steps, and a second factor is still to come. Then this is harmless.
To do: Give the login to the client: await auth.signIn(() => fetch('${url.pathname}', { method: 'POST', … })). If its answer holds no token, call auth.signIn() after it: that begins the session of the cookie.
${readOn('login-not-told')}`,
      );
    }, TOLD_WITHIN);
    timers.add(timer);
  };
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) look(entry as PerformanceResourceTiming);
  });
  observer.observe({ type: 'resource' });
  return () => {
    observer.disconnect();
    for (const timer of timers) clearTimeout(timer);
  };
}
