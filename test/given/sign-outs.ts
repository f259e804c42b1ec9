/** Sign-outs as the server sees them. */

import type { AuthServer } from '../world/auth-server.ts';

/** What reaches the server, in its order, and what the cookie is when it does. */
export function logSignOuts(server: AuthServer): string[] {
  const log: string[] = [];
  server.answerLogout = () => {
    log.push(`logout with ${server.cookie}`);
    server.cookie = undefined;
    return new Response(null, { status: 204 });
  };
  return log;
}
