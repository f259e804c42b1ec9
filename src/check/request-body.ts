/** The body of a request that carries the refresh token, as `bodyRefresh` of the client writes it. */

import type { BodyFormat } from './arguments.js';

export const refreshBody = (format: BodyFormat, token: string | undefined): string =>
  written(format, {
    // A form is OAuth's. JSON with a field of its own is not.
    ...((format.format === 'form' || !format.field) && { grant_type: 'refresh_token' }),
    ...(token !== undefined && { [format.field ?? 'refresh_token']: token }),
  });

/** RFC 7009 §2.1, unless there is a field of its own. */
export const signOutBody = (format: BodyFormat, token = ''): string =>
  written(format, format.field ? { [format.field]: token } : { token, token_type_hint: 'refresh_token' });

export const contentTypeOf = ({ format }: BodyFormat): string =>
  format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';

function written({ format, clientId }: BodyFormat, named: Readonly<Record<string, string>>): string {
  const fields = { ...named, ...(clientId !== undefined && { client_id: clientId }) };
  return format === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
}
