/** A strict server that rotates refresh tokens in the body, and the strategies for it: a spent one ends its session. */

import {
  type AuthClient,
  type BodyRefreshOptions,
  bodyRefresh,
  createAuthClient,
  type RefreshStrategy,
} from 'silent-refresh';
import { afterEach } from 'vitest';
import { newBrowser } from '../world/tabs.ts';
import { gate } from '../world/waiting.ts';

/** `bodyRefresh`, or one of the app's own. */
export type Strategy = 'bodyRefresh' | 'own';

const ENDPOINT = 'https://app.test/token';
const REVOCATION = 'https://app.test/revoke';

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

  return function startTokenServer({
    rotates = true,
    lifetime = 3_600,
    by = 'bodyRefresh',
  }: {
    rotates?: boolean;
    lifetime?: number;
    by?: Strategy;
  } = {}) {
    /** The refresh token that is good now, by session. */
    const current = new Map<string, string>();
    const presented: (string | undefined)[] = [];
    const revoked: string[] = [];
    const alarms: string[] = [];
    let isRotating = rotates;
    let sessions = 0;
    let serial = 1;
    let hold: { arrived(): void; readonly released: Promise<void> } | undefined;

    const strategy: RefreshStrategy = {
      url: ENDPOINT,
      async request({ refreshToken }) {
        presented.push(refreshToken);
        const session = refreshToken?.split('-')[0] ?? '';
        if (refreshToken && current.has(session) && current.get(session) !== refreshToken) {
          alarms.push(refreshToken);
          current.delete(session);
        }
        if (!current.has(session)) return Response.json({ error: 'invalid_grant' }, { status: 400 });
        const next = `${session}-${++serial}`;
        if (isRotating) current.set(session, next);
        if (hold) {
          hold.arrived();
          await hold.released;
        }
        return Response.json({
          accessToken: `access-${next}`,
          refreshToken: isRotating ? next : undefined,
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

    /** The same server, at its addresses. */
    const answer: typeof fetch = async (input, init) => {
      const fields = new URLSearchParams(String(init?.body));
      const signal = init?.signal ?? new AbortController().signal;
      if (String(input) === REVOCATION) {
        return (
          strategy.revoke?.({ fetch, refreshToken: fields.get('token') ?? '' }) ?? new Response(null, { status: 404 })
        );
      }
      const refreshToken = fields.get('refresh_token') ?? undefined;
      return (await strategy.request({ fetch, signal, refreshToken })) as Response;
    };

    return {
      /** What the server does: tests may change it. */
      strategy,
      name,
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
      openTab(options: Partial<BodyRefreshOptions> = {}): AuthClient {
        const refresh = by === 'own' ? strategy : bodyRefresh({ url: ENDPOINT, revoke: REVOCATION, ...options });
        const client = createAuthClient({ refresh, name, fetch: answer });
        open.push(client);
        return client;
      },
      /** From now on each refresh spends its refresh token. */
      beginRotating() {
        isRotating = true;
      },
      get aliveSessions() {
        return [...current.keys()];
      },
    };
  };
}
