/** The client of the development build: the same one, which also says on the console what is set up wrongly. */

import type { AuthClient, JwtClaims } from '../auth-client.js';
import { createAuthClient as createClient } from '../client.js';
import type { AuthClientOptions } from '../client-options.js';
import type { DebugEntry } from '../events.js';
import { baseUrl, resolveUrl, withoutQuery } from '../page.js';
import type { Problem } from '../problems.js';
import { explain } from './explanations.js';
import { narrate } from './narrate.js';
import { registerClient } from './page-clients.js';
import { warn } from './warn.js';
import { warnOfLogin, watchLogins } from './watch-logins.js';
import { watchSignIns } from './watch-sign-ins.js';

export function createAuthClient<Claims extends object = JwtClaims>(options: AuthClientOptions): AuthClient<Claims> {
  const base = baseUrl();
  // What is no function is for the client to refuse; on a server there is nothing to be told.
  if (base === undefined || !options || !['undefined', 'boolean', 'function'].includes(typeof options.debug)) {
    return createClient(options);
  }
  const { name = 'default', refresh, tabs } = options;
  const endpoint = endpointOf(options);
  let isDisposed = false;
  const report = (problem: Problem) => {
    const { code, origin, url } = problem as { code: string; origin?: string; url?: string };
    if (!isDisposed) warn(`${code} ${origin ?? url}`, explain(problem, { page: new URL(baseUrl() ?? base) }));
  };
  const undo: (() => void)[] = [];
  // The session of any other strategy may end with its page.
  const isByCookie = typeof refresh !== 'function' && !Object(refresh).readTokens;
  const onEntry = isByCookie
    ? watchSignIns(`${name} ${endpoint}`, () => report({ code: 'cookie-not-kept', url: endpoint }))
    : () => {};
  const auth = createClient<Claims>({
    ...options,
    debug(entry) {
      onEntry(entry);
      if (entry.what === 'problem') report(entry);
      if (entry.what === 'disposed') {
        isDisposed = true;
        for (const each of undo) each();
      }
      tell(options.debug, entry);
    },
    async fetch(input, init) {
      const response = await (options.fetch ?? globalThis.fetch)(input, init);
      const url = resolveUrl(input instanceof Request ? input.url : input);
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
      // The client's own requests go to its own endpoints.
      if (url && withoutQuery(url) !== endpoint) {
        // Of what isn't a Response, such as a mock's answer, nothing can be said.
        warnOfLogin(url, method.toUpperCase(), response, (...said) => isDisposed || warn(...said)).catch(() => {});
      }
      return response;
    },
  });
  let signIns = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  const noting = async <T>(signIn: Promise<T>): Promise<T> => {
    signIns++;
    try {
      return await signIn;
    } finally {
      signIns--;
      toldAt = performance.now();
    }
  };
  const isTold = (since: number) => signIns > 0 || toldAt >= since;
  undo.push(
    registerClient(name, endpoint ?? 'a refresh function', warn),
    watchLogins(() => auth.getState().status === 'signed-out', isTold, warn),
  );
  if (tabs !== false) {
    // A sandboxed frame has locks, and refuses them: https://w3c.github.io/web-locks/#dom-lockmanager-query
    globalThis.navigator?.locks?.query().catch(() => report({ code: 'no-web-locks', isSecureContext }));
  }
  return {
    ...auth,
    signIn: (request?: Parameters<typeof auth.signIn>[0]) => noting(request ? auth.signIn(request) : auth.signIn()),
    setSession: (answer) => noting(auth.setSession(answer)),
  };
}

function tell(debug: AuthClientOptions['debug'], entry: DebugEntry): void {
  if (debug === true) console.debug(`[silent-refresh] ${entry.at} ms: ${narrate(entry)}`);
  else if (debug) debug({ ...entry, message: narrate(entry) });
}

/** `undefined` where only a function of the app's own knows it. */
function endpointOf({ refresh }: AuthClientOptions): string | undefined {
  const isAddress = typeof refresh === 'string' || refresh instanceof URL;
  const given = isAddress ? refresh : (Object(refresh) as { url?: string | URL }).url;
  const url = given ? resolveUrl(given) : undefined;
  return url && withoutQuery(url);
}
