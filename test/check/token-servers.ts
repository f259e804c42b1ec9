/** What servers without a process of their own are made of: sessions, and answers. */

import { createSessions } from '../../src/testing/server/sessions.ts';

export const URL_HERE = 'http://localhost:3000/auth/refresh';
export const SIGN_OUT = 'http://localhost:3000/auth/logout';

/** Sessions with a clock that the command's wait moves. */
export function startSessions() {
  const issued: string[] = [];
  let ahead = 0;
  const secret = () => {
    issued.push(`refresh-token-${issued.length}-secret`);
    return issued.at(-1) ?? '';
  };
  const sessions = createSessions({ overlap: 10_000 }, { now: () => Date.now() + ahead, secret });
  return {
    issued,
    begin: () => sessions.begin({ id: 'ada', name: 'Ada' }).refreshToken,
    rotate(token: string | undefined): string | undefined {
      const rotation = sessions.rotate(token);
      return 'grant' in rotation ? rotation.grant.refreshToken : undefined;
    },
    revoke(token: string | undefined): void {
      const family = sessions.familyOf(token);
      if (family) sessions.revoke(family);
    },
    wait: async (ms: number) => {
      ahead += ms;
    },
  };
}

export const HEADERS = { 'Cache-Control': 'no-store', Date: new Date().toUTCString() };
export const refused = () => Response.json({ error: 'invalid_grant' }, { status: 400, headers: HEADERS });
export const tokens = (more: object) =>
  Response.json({ access_token: 'opaque-access-token', expires_in: 600, ...more }, { headers: HEADERS });
