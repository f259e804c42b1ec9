/** `silent-refresh/ky`: a ky whose requests go through `auth.fetch`. */

import ky, { type KyInstance, type Options } from 'ky';
import type { AuthClient } from './auth-client.js';
import { fetchAs } from './session/user-version.js';

/**
 * A ky instance on `auth.fetch`. The replay after a 401 happens below ky: it works for every method and with
 * `retry: 0`, and uses up none of ky's retries. ky's `timeout` counts the wait for a refresh too. Errors of
 * `silent-refresh` are retried only if they are `retryable` and your own `retry.shouldRetry` says so.
 * A call, with all of its retries and hooks, belongs to the user in whose time it was made: once that user has left, it is
 * rejected, not sent.
 *
 * @example
 * const api = createKy(auth, { prefix: '/api' });
 * const orders = await api.get('orders').json();
 */
export function createKy(auth: Pick<AuthClient<never>, 'fetch'>, options: Options = {}): KyInstance {
  const retry = typeof options.retry === 'number' ? { limit: options.retry } : options.retry;
  return ky.create({
    ...options,
    fetch: auth.fetch,
    hooks: {
      ...options.hooks,
      // Runs once for each call, with options of its own: all of its attempts get one `fetch`, and so are one user's.
      init: [
        (call) => {
          if (call.fetch === auth.fetch) call.fetch = fetchAs(auth.fetch, {});
        },
        ...(options.hooks?.init ?? []),
      ],
    },
    retry: {
      ...retry,
      // By its property, not its class: this door doesn't pull the core into a bundle.
      shouldRetry: (attempt) =>
        'retryable' in attempt.error && !attempt.error.retryable ? false : retry?.shouldRetry?.(attempt),
    },
  });
}
