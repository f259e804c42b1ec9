/** What an API says to a token that it doesn't take. */

export const refusal = (status = 401, challenge = 'Bearer error="invalid_token"'): Response =>
  new Response('{"error":"refused"}', { status, headers: { 'WWW-Authenticate': challenge } });
