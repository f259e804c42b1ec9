/** A strict server that rotates refresh tokens in the body, and the strategy for it: a spent one ends its session. */

import { type AuthClient, createAuthClient, type RefreshStrategy } from 'silent-refresh';
import { afterEach } from 'vitest';
import { newBrowser } from '../world/tabs.ts';
import { gate } from '../world/waiting.ts';

interface Answer {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresIn: number;
}

/** To be called once in a file: closes its tabs after each test. */
export function tokenServers() {
  const open: AuthClient[] = [];
  afterEach(() => {
    for (const client of open.splice(0)) client.dispose();
  });

  return function startTokenServer({ rotates = true, lifetime = 3_600 } = {}) {
    /** The refresh token that is good now, by session. */
    const current = new Map<string, string>();
    const presented: (string | undefined)[] = [];
    const revoked: string[] = [];
    const alarms: string[] = [];
    let sessions = 0;
    let serial = 1;
    let hold: { arrived(): void; readonly released: Promise<void> } | undefined;

    const strategy: RefreshStrategy = {
      url: 'https://app.test/token',
      async request({ refreshToken }) {
        presented.push(refreshToken);
        const session = refreshToken?.split('-')[0] ?? '';
        if (refreshToken && current.has(session) && current.get(session) !== refreshToken) {
          alarms.push(refreshToken);
          current.delete(session);
        }
        if (!current.has(session)) return Response.json({ error: 'invalid_grant' }, { status: 400 });
        const next = `${session}-${++serial}`;
        if (rotates) current.set(session, next);
        if (hold) {
          hold.arrived();
          await hold.released;
        }
        return Response.json({
          accessToken: `access-${next}`,
          refreshToken: rotates ? next : undefined,
          expiresIn: lifetime,
        });
      },
      async revoke({ refreshToken }) {
        revoked.push(refreshToken);
        const [session = ''] = refreshToken.split('-');
        if (current.get(session) === refreshToken) current.delete(session);
        // RFC 7009 §2.2: also for a token that isn't good any more.
        return new Response();
      },
      readTokens: (body) => body as Answer,
    };
    const name = newBrowser();

    return {
      strategy,
      presented,
      revoked,
      alarms,
      /** The answer to a login. */
      begin(): Answer {
        const session = `session${++sessions}`;
        current.set(session, `${session}-1`);
        return { accessToken: `access-${session}-1`, refreshToken: `${session}-1`, expiresIn: lifetime };
      },
      /** Refreshes from now on are processed, and answered when they are released. */
      hold() {
        const [arrived, released] = [gate(), gate()];
        hold = { arrived: arrived.open, released: released.opened };
        const release = () => {
          hold = undefined;
          released.open();
        };
        return { arrived: arrived.opened, release };
      },
      openTab(): AuthClient {
        const client = createAuthClient({ refresh: strategy, name });
        open.push(client);
        return client;
      },
      get aliveSessions() {
        return [...current.keys()];
      },
    };
  };
}
