/** Logins that the client wasn't told of, or that went through it, in development. */

import { readKnownShapes } from '../refresh/token-shapes.js';
import { readOn } from './explanations.js';

const LOGIN = /log-?in|sign-?in|\/(sessions?|tokens?)\/?$/i;
/** Milliseconds in which an app calls `signIn` or `setSession` with an answer that it has. */
const TOLD_WITHIN = 5_000;

const isLogin = (url: URL, method: string): boolean => method === 'POST' && LOGIN.test(url.pathname);

/** A login request through the client's own `fetch` that was answered with a token. */
export async function warnOfLogin(
  url: URL,
  method: string,
  response: Response,
  warn: (text: string) => void,
): Promise<void> {
  if (!response.ok || !isLogin(url, method)) return;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (!readKnownShapes(body, response).accessToken) return;
  warn(
    `A login was sent through auth.fetch: ${method} ${url.origin}${url.pathname} answered with a token.
Likely:
  - All requests of the app go through auth.fetch. A login must not: it may wait for the token of the session before, or be sent with it.
To do: Send it with plain fetch, inside signIn: await auth.signIn(() => fetch('${url.pathname}', { method: 'POST', … })).
${readOn('login-through-auth-fetch')}`,
  );
}

/**
 * A login that succeeded while nobody is signed in, and of which the client heard nothing for a while.
 *
 * @returns its undo
 */
export function watchLogins(isSignedOut: () => boolean, warn: (text: string) => void): () => void {
  if (typeof PerformanceObserver !== 'function') return () => {};
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const look = (entry: PerformanceResourceTiming) => {
    const url = new URL(entry.name);
    const isRequest = ['fetch', 'xmlhttprequest'].includes(entry.initiatorType);
    // Safari gives no status: https://developer.mozilla.org/docs/Web/API/PerformanceResourceTiming/responseStatus
    const isSuccess = entry.responseStatus >= 200 && entry.responseStatus < 300;
    if (!isRequest || !isSuccess || !isLogin(url, 'POST') || !isSignedOut()) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!isSignedOut()) return;
      warn(
        `${url.origin}${url.pathname} answered ${entry.responseStatus}, which looks like a login, and nobody is signed in ${TOLD_WITHIN / 1_000} s later.
Likely:
  - The login was sent with plain fetch alone: the client doesn't know of it.
To do: Give it to the client: await auth.signIn(() => fetch('${url.pathname}', { method: 'POST', … })). After a redirect, call auth.signIn().
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
