/** What a 401 or 403 asks for, by its `WWW-Authenticate` header. */

export interface BearerChallenge {
  readonly error: string | undefined;
  readonly scope: string | undefined;
  readonly acrValues: string | undefined;
  readonly maxAge: number | undefined;
}

/** `name=token` or `name="quoted string"` (RFC 9110 §11.2). */
const PARAMETER = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/**
 * A challenge that no refreshed token can meet: a Bearer challenge with an `error` other than `invalid_token`
 * (RFC 6750 §3.1), such as `insufficient_scope`, or `insufficient_user_authentication` (RFC 9470 §3).
 */
export function unmetChallenge({ status, headers }: Response): BearerChallenge | undefined {
  const header = status === 401 || status === 403 ? headers.get('www-authenticate') : null;
  // Several challenges may stand in one header; ours goes on to the next scheme, a word that a space and no "=" follows.
  const bearer = header?.match(/(?:^|,\s*)Bearer\s+((?:[^",]|"(?:[^"\\]|\\.)*"|,(?!\s*[\w-]+\s+[^\s=]))*)/i)?.[1];
  if (!bearer) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, token] of bearer.matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
  }
  const error = parameters.get('error');
  if (!error || error === 'invalid_token') return undefined;
  const maxAge = parameters.get('max_age');
  return {
    error,
    scope: parameters.get('scope'),
    acrValues: parameters.get('acr_values'),
    maxAge: maxAge && /^\d+$/.test(maxAge) ? Number(maxAge) : undefined,
  };
}
