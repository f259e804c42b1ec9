/** Where tokens may be sent: nowhere that others can read along. */

import { ConfigurationError } from './errors.js';
import { ownOrigin, resolveUrl } from './page.js';

/** Loopback hosts are "potentially trustworthy": https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy */
export const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

export const isUrl = (value: unknown): value is string | URL => typeof value === 'string' || value instanceof URL;

/**
 * The absolute URL, resolved now: the page may have moved on (history.pushState) when a request is sent.
 *
 * @param where how the error names it
 * @throws ConfigurationError
 */
export function checkUrl(where: string, value: string | URL): URL {
  const refuse = (why: string): never => {
    throw new ConfigurationError(`${where} is ${why}.`);
  };
  const url = resolveUrl(value) ?? refuse(`'${value}', which can't be resolved here: give an absolute URL`);
  const { protocol, hostname, origin, username, password } = url;
  if (username || password) refuse('a URL with a user name or password: browsers refuse it');
  const isSafe = protocol === 'https:' || LOOPBACK.test(hostname) || origin === ownOrigin();
  if (!isSafe || !protocol.startsWith('http')) {
    refuse(`on ${protocol}//${hostname}, where tokens can be read: use https`);
  }
  return url;
}
