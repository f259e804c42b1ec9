/** What the tests want of a server of the usual kind, and what those in this process share; each listens on loopback. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import type { AuthClient, AuthClientOptions } from 'silent-refresh';
import { type Database, familiesInSql, SCHEMA } from '../../docs/server/family-store-sql.ts';
import { createRefreshTokens, type RefreshTokens } from '../../docs/server/refresh-tokens.ts';

export interface UsualServer {
  readonly url: string;
  /** What an app of it writes. */
  readonly options: Partial<AuthClientOptions>;
  /** @param send the browser's way to the network */
  signIn(auth: AuthClient, send: typeof fetch): Promise<unknown>;
  refreshCalls(): number | Promise<number>;
  /** All access tokens so far meet a 401, though nobody knows. */
  expire(): unknown;
  /** How many are good at the server. */
  sessions(): number | Promise<number>;
  endSessions(): Promise<unknown>;
  /** Sends the refresh token that was spent last; gives the status. Absent where refresh tokens don't rotate. */
  reuseSpentToken?(): Promise<number>;
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Access tokens by their ids: which were issued, and which of those are refused by now. */
export function createExpiry() {
  const issued = new Set<string>();
  const refused = new Set<string>();
  return {
    issue: (id: string) => void issued.add(id),
    isGood: (id: unknown) => typeof id === 'string' && issued.has(id) && !refused.has(id),
    expire() {
      for (const id of issued) refused.add(id);
    },
  };
}

/** Milliseconds. */
export const OVERLAP = 5_000;
const A_DAY = 86_400_000;

export interface WatchedRefreshTokens extends RefreshTokens {
  /** The one that was sent last to be rotated. */
  last(): string;
  sessions(): number;
  passTime(ms: number): void;
}

/** The refresh tokens of docs/server, in a table of SQLite. */
export function refreshTokensInSqlite(): WatchedRefreshTokens {
  const { database, count } = sqlite();
  let later = 0;
  let last = '';
  const lifetimes = { session: A_DAY, overlap: OVERLAP };
  const tokens = createRefreshTokens(familiesInSql(database), lifetimes, () => Date.now() + later);
  return {
    ...tokens,
    rotate(refreshToken) {
      last = refreshToken;
      return tokens.rotate(refreshToken);
    },
    last: () => last,
    sessions: count,
    passTime(ms) {
      later += ms;
    },
  };
}

export function sqlite(): { database: Database; count(): number } {
  const db = new DatabaseSync(':memory:');
  db.exec(SCHEMA);
  return {
    database: {
      run: async (sql, values) => Number(db.prepare(sql).run(...values).changes),
      first: async (sql, values) => db.prepare(sql).get(...values),
    },
    count: () => Number(db.prepare('SELECT count(*) AS count FROM refresh_families').get()?.count),
  };
}
