/** What has happened: counts, and a log that never holds a token or a cookie. */

import type { Family } from '../../src/testing/server/sessions.ts';

export type ActivityKind = 'login' | 'refresh' | 'logout' | 'api';

export interface LogEntry {
  /** Counts up. */
  readonly serial: number;
  /** Milliseconds since 1970, when it was answered. */
  readonly at: number;
  readonly kind: ActivityKind;
  /** Absent where nobody could be recognised by the token or the cookie. */
  readonly user?: string | undefined;
  /** The number of the refresh that the token comes from: 0 from the sign-in. */
  readonly generation?: number | undefined;
  /** 0: the connection was dropped. */
  readonly status: number;
  /** The caller's `X-Request-Id`. */
  readonly requestId?: string | undefined;
  readonly method: string;
  readonly path: string;
  /** How it came to that status, in a word: `rotated`, `reused`, `expired` … */
  readonly outcome: string;
}

export interface Stats {
  /** Those that succeeded. */
  logins: number;
  logouts: number;
  /**
   * All requests to `/auth/refresh`, counted as they arrive. Once answered, each is one of the rotations, or of those repeated,
   * rejected, of nobody, or faulty.
   */
  refreshCalls: number;
  rotations: number;
  /** Refresh tokens that came a second time within the overlap, and got their successor again. */
  repeatedRefreshes: number;
  /** Refresh tokens that came a second time. */
  reuseAlarms: number;
  /** Refresh tokens answered 401, and what came without the header, answered 403; reuse alarms are among them. */
  rejectedRefreshes: number;
  /** Refreshes without a refresh token, answered 401: nobody is signed in. */
  refreshesOfNobody: number;
  /** Refreshes that met a fault and rotated nothing. */
  faultyRefreshes: number;
  /** Refreshes that arrived while another one of their family was in progress. */
  overlappingRefreshes: number;
  /** The most refreshes of one family that were in progress at the same time. */
  mostRefreshesAtOnce: number;
  /** By the token's user; `nobody` where there was none. */
  apiRequests: Record<string, number>;
  /** 401s of the API. */
  unauthorized: number;
}

export type Change =
  | { readonly type: 'stats'; readonly stats: Stats }
  | { readonly type: 'log'; readonly entry: LogEntry };

export interface Activity {
  stats(): Stats;
  log(): LogEntry[];
  count(name: Exclude<keyof Stats, 'apiRequests'>): void;
  countApiRequest(user: string | undefined): void;
  /** Marks a refresh as in progress until the returned function is called. */
  refreshing(family: Family | undefined): () => void;
  record(entry: Omit<LogEntry, 'serial' | 'at'>): void;
  subscribe(listener: (change: Change) => void): () => void;
  reset(scope: 'stats' | 'stats-and-log'): void;
}

const LOG_LENGTH = 10_000;

const noStats = (): Stats => ({
  logins: 0,
  logouts: 0,
  refreshCalls: 0,
  rotations: 0,
  reuseAlarms: 0,
  repeatedRefreshes: 0,
  rejectedRefreshes: 0,
  refreshesOfNobody: 0,
  faultyRefreshes: 0,
  overlappingRefreshes: 0,
  mostRefreshesAtOnce: 0,
  apiRequests: {},
  unauthorized: 0,
});

export function createActivity(): Activity {
  let stats = noStats();
  let entries: LogEntry[] = [];
  let serial = 0;
  let announcement: 'none' | 'due' = 'none';
  const inProgress = new Map<Family, number>();
  const listeners = new Set<(change: Change) => void>();

  const tell = (change: Change) => {
    for (const listener of listeners) listener(change);
  };

  /** Once for all that changes in one go. */
  function announce(): void {
    if (announcement === 'due') return;
    announcement = 'due';
    queueMicrotask(() => {
      announcement = 'none';
      tell({ type: 'stats', stats: structuredClone(stats) });
    });
  }

  return {
    stats: () => structuredClone(stats),
    log: () => entries.slice(-LOG_LENGTH),

    count(name) {
      stats[name]++;
      announce();
    },

    countApiRequest(user = 'nobody') {
      stats.apiRequests[user] = (stats.apiRequests[user] ?? 0) + 1;
      announce();
    },

    refreshing(family) {
      if (!family) return () => {};
      const atOnce = (inProgress.get(family) ?? 0) + 1;
      inProgress.set(family, atOnce);
      if (atOnce > 1) stats.overlappingRefreshes++;
      stats.mostRefreshesAtOnce = Math.max(stats.mostRefreshesAtOnce, atOnce);
      announce();
      return () => {
        const left = (inProgress.get(family) ?? 1) - 1;
        if (left) inProgress.set(family, left);
        else inProgress.delete(family);
      };
    },

    record(what) {
      const entry = { serial: ++serial, at: Date.now(), ...what };
      entries.push(entry);
      // In larger steps than one, for shifting each time would cost more than the request.
      if (entries.length > LOG_LENGTH * 1.1) entries = entries.slice(-LOG_LENGTH);
      tell({ type: 'log', entry });
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },

    reset(scope) {
      stats = noStats();
      if (scope === 'stats-and-log') entries = [];
      announce();
    },
  };
}
