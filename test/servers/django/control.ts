/** What tests ask the server, and tell it. */

import { expect } from 'vitest';

/** One request to the token endpoints, or to the API. */
export interface Entry {
  readonly serial: number;
  readonly kind: 'login' | 'refresh' | 'logout' | 'api';
  readonly method: string;
  readonly status: number;
  /** Of its refresh token. */
  readonly session: string | null;
  readonly requestId: string | null;
  /** Why it was refused. */
  readonly said: string | null;
  /** The overlap: its cookie had been sent before. */
  readonly again: boolean;
}

export interface Sight {
  readonly log: readonly Entry[];
  /** Refreshes that ran at one time. */
  readonly overlapping: number;
  /** Whether a refresh stands at the gate. */
  readonly held: boolean;
  /** `endedBy` is empty while it is good. */
  readonly sessions: readonly { readonly id: string; readonly endedBy: string }[];
  readonly orders: readonly string[];
}

export interface Gate {
  /** Resolves when a refresh stands there. */
  arrived(): Promise<void>;
  /** Lets it go on. */
  release(): Promise<void>;
}

export interface Control {
  look(): Promise<Sight>;
  /** Forgets all sessions, and the log. */
  reset(): Promise<void>;
  /** All access tokens of now are refused from now on. */
  expire(): Promise<void>;
  /** Ends all sessions, as an administrator does. */
  endSessions(): Promise<void>;
  /** The next refresh stands still: when it has `arrived` and nothing is done yet, or when it is `answered` and not sent. */
  holdRefresh(where: 'arrived' | 'answered'): Promise<Gate>;
  /** The token endpoint answers 503, or redirects to a login page: for `seconds` from the first time, or until `mend`. */
  breakRefresh(kind: '503' | 'redirect', seconds?: number): Promise<void>;
  mend(): Promise<void>;
}

export function controlOf(url: string): Control {
  const tell = async (what: string, argument: object = {}) => {
    const response = await fetch(`${url}${what}/`, { method: 'POST', body: JSON.stringify(argument) });
    if (!response.ok) throw new Error(`control/${what} answered ${response.status}: ${await response.text()}`);
  };
  const look = () => fetch(url).then((response) => response.json() as Promise<Sight>);
  return {
    look,
    reset: () => tell('reset'),
    expire: () => tell('expire'),
    endSessions: () => tell('end'),
    async holdRefresh(where) {
      await tell('hold', { where });
      return {
        arrived: () => expect.poll(async () => (await look()).held).toBe(true),
        release: () => tell('release'),
      };
    },
    breakRefresh: (kind, seconds) => tell('fault', { kind, seconds }),
    mend: () => tell('fault'),
  };
}

export const refreshes = ({ log }: Sight): readonly Entry[] => log.filter(({ kind }) => kind === 'refresh');

/** How many got new tokens, by session. */
export function rotations(sight: Sight): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { session, status } of refreshes(sight))
    if (session && status === 200) counts[session] = (counts[session] ?? 0) + 1;
  return counts;
}

/** Spent tokens that came back: this project's endpoints end the session, SimpleJWT's own view says that it knows them. */
export const reuseAlarms = (sight: Sight): number =>
  sight.sessions.filter(({ endedBy }) => endedBy === 'reuse').length +
  refreshes(sight).filter(({ said }) => said === 'Token is blacklisted').length;
