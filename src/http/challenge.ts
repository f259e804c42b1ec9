/** What a 401 or 403 asks for, by its `WWW-Authenticate` header. */

export interface BearerChallenge {
  readonly error: string;
  readonly scope: string | undefined;
  readonly acrValues: string | undefined;
  readonly maxAge: number | undefined;
}

/**
 * A challenge that no refreshed token can meet: a Bearer challenge with an `error` other than `invalid_token`
 * (RFC 6750 §3.1), such as `insufficient_scope`, or `insufficient_user_authentication` (RFC 9470 §3).
 */
export function unmetChallenge({ status, headers }: Response): BearerChallenge | undefined {
  const header = status === 401 || status === 403 ? headers.get('www-authenticate') : '';
  // Several challenges may stand in one header (RFC 9110 §11.6.1); what follows "Bearer" comes first.
  const bearer = header?.split(/(?:^|,)\s*bearer\s/i)[1] ?? '';
  const parameter = (name: string) => {
    const match = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(bearer);
    return match?.[1] ?? match?.[2];
  };
  const error = parameter('error');
  if (!error || error === 'invalid_token') return undefined;
  const maxAge = Number(parameter('max_age') ?? NaN);
  return {
    error,
    scope: parameter('scope'),
    acrValues: parameter('acr_values'),
    maxAge: Number.isNaN(maxAge) ? undefined : maxAge,
  };
}
