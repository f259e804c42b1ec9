/** What a 401 or 403 asks for, by its `WWW-Authenticate` header. */

export interface BearerChallenge {
  readonly error: string;
  readonly scope: string | undefined;
  readonly acrValues: string | undefined;
  readonly maxAge: number | undefined;
}

/** A scheme, or a parameter of it: several challenges may stand in one header (RFC 9110 §11.6.1). */
const PART = /([^\s,="]+)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+)))?/g;

/**
 * A challenge that no refreshed token can meet: a Bearer challenge with an `error` other than `invalid_token`
 * (RFC 6750 §3.1), such as `insufficient_scope`, or `insufficient_user_authentication` (RFC 9470 §3).
 */
export function unmetChallenge({ status, headers }: Response): BearerChallenge | undefined {
  const header = (status === 401 || status === 403) && headers.get('www-authenticate');
  const bearer: Record<string, string | undefined> = {};
  let scheme = '';
  for (const [, name = '', quoted, plain] of (header || '').matchAll(PART)) {
    const value = quoted ?? plain;
    if (value === undefined) scheme = name.toLowerCase();
    else if (scheme === 'bearer') bearer[name.toLowerCase()] ??= value;
  }
  const { error, scope, acr_values: acrValues } = bearer;
  // Some servers quote it otherwise than RFC 9110 §5.6.4 has it, or in another case.
  if (!error || /^'?invalid_token'?$/i.test(error)) return undefined;
  const maxAge = Number(bearer.max_age);
  return { error, scope, acrValues, maxAge: Number.isNaN(maxAge) ? undefined : maxAge };
}
