/** Where the refresh token is: in the cookie jar of the browser, or with the pages, which send it in the body. */

import type { Endpoint } from './server.ts';

export const BODY_HOLDERS = [
  'body',
  /** As sessionStorage: it survives a reload of its tab. */
  'body with a storage of each tab',
  /** As localStorage. */
  'body with a storage that all tabs share',
] as const;

export type Holder = 'cookie' | (typeof BODY_HOLDERS)[number];

export const isInBody = ({ holder }: { readonly holder: Holder }): boolean => holder !== 'cookie';

/** The refresh token in the body of a request, as OAuth 2.0 has it (RFC 6749 §6, RFC 7009 §2.1). */
export function refreshTokenIn(endpoint: Endpoint, body: string): string | undefined {
  const fields = new URLSearchParams(body);
  if (endpoint === 'refresh') return fields.get('refresh_token') ?? undefined;
  return (endpoint === 'sign-out' && fields.get('token')) || undefined;
}
