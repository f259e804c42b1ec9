/** What a token endpoint may answer that is no token. */

export const offline = (): Response => Response.error();

export const down = (): Response => Response.json({}, { status: 500 });

/** "Later": with a status of 429 or 503, and the time where it is named. */
export const busy = (retryAfter: string, status = 429, headers: Record<string, string> = {}): Response =>
  Response.json({}, { status, headers: { 'Retry-After': retryAfter, ...headers } });

/** Each ends no session. */
export const outages: [string, () => Response][] = [
  ['offline', offline],
  ['500', down],
  ['502 with an HTML page', () => new Response('<h1>Bad Gateway</h1>', { status: 502 })],
  ['503', () => Response.json({}, { status: 503 })],
  ['429', () => Response.json({}, { status: 429 })],
  ['a captive portal’s 200', () => new Response('<html>Log in to the Wi-Fi</html>', { status: 200 })],
  ['a firewall’s HTML 403', () => new Response('<html>Blocked</html>', { status: 403 })],
];
