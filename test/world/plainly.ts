/** A request without what differs each time, so that two can be compared. */

import type { ApiRequest } from './auth-server.ts';

/** What was sent but for the token; a form's boundary is drawn anew each time. */
export function plainly({ method, url, headers, body }: ApiRequest) {
  const boundary = /boundary=(.+)/.exec(headers.get('content-type') ?? '')?.[1] ?? 'none';
  const named = [...headers].filter(([name]) => name !== 'authorization');
  return {
    method,
    url,
    headers: named.map(([name, value]) => [name, value.replace(boundary, '')]),
    body: Buffer.from(body).toString('latin1').replaceAll(boundary, ''),
  };
}
