/** The caller's name for a request, for the log. */

import type { Context } from 'hono';

/** Short and plain only: a token that was sent here by mistake must not reach the log. */
export function requestId(c: Context): string | undefined {
  const id = c.req.header('X-Request-Id');
  return id && /^[\w-]{1,40}$/.test(id) ? id : undefined;
}
