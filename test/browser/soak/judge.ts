/** What must hold whatever happens, checked against the server's log and what callers were told. */

import type { LogEntry } from '../../../demo/server/activity.ts';
import type { DemoServer } from '../../../demo/server/app.ts';

/** A request as its page saw it. */
export interface Told {
  readonly id: string;
  /** Who was signed in when it was made, or `nobody`; `undefined` where that wasn't known yet. */
  readonly subject: string | undefined;
  /** The status of the answer, or the code or name of the error. */
  readonly outcome: number | string;
}

export interface Judge {
  /** Reads on in the server's log, before it forgets. */
  read(): void;
  told(request: Told): void;
  /** What has been broken so far, in words. */
  broken(): string[];
  /** Requests, as the server saw them. */
  requests(): number;
}

/** What a caller may be told: the API's answers, errors by their code, and fetch's own where there is no network. */
const OUTCOMES = new Set<Told['outcome']>([
  200,
  401,
  'refresh-unavailable',
  'session-expired',
  'session-changed',
  'signed-out',
  'TypeError',
]);

export function createJudge(server: DemoServer): Judge {
  const seen = new Map<string, LogEntry[]>();
  const broken = new Set<string>();
  let last = 0;

  function read(): void {
    for (const entry of server.log()) {
      if (entry.serial <= last) continue;
      last = entry.serial;
      const { kind, requestId, outcome } = entry;
      if (kind === 'api' && requestId) seen.set(requestId, [...(seen.get(requestId) ?? []), entry]);
      if (outcome === 'reused') broken.add(`a spent refresh token came again (entry ${last})`);
    }
    const { overlappingRefreshes } = server.stats();
    if (overlappingRefreshes > 0) broken.add(`${overlappingRefreshes} refreshes overlapped`);
  }

  function judgeRequest(id: string, entries: readonly LogEntry[]): void {
    const line = `${id}: ${entries.map(({ status, user }) => `${status} ${user}`).join(', ')}`;
    const accepted = entries.filter(({ status }) => status === 200).length;
    if (accepted > 1) broken.add(`accepted twice: ${line}`);
    if (entries.length > 2) broken.add(`sent more than twice: ${line}`);
    if (new Set(entries.map(({ user }) => user)).size > 1) broken.add(`sent as two users: ${line}`);
  }

  return {
    read,
    told({ id, subject, outcome }) {
      read();
      const entries = seen.get(id) ?? [];
      const line = `${id} of ${subject} was told ${outcome}; the server saw ${entries.map(({ status, user }) => `${status} ${user}`).join(', ') || 'nothing'}`;
      if (!OUTCOMES.has(outcome)) broken.add(`an outcome of no known kind: ${line}`);
      const accepted = entries.some(({ status }) => status === 200);
      if ((outcome === 200) !== accepted && outcome !== 'TypeError') broken.add(`lost, or made up: ${line}`);
      if (subject && entries.some(({ user }) => user !== undefined && user !== subject))
        broken.add(`sent as somebody else: ${line}`);
    },
    broken() {
      read();
      for (const [id, entries] of seen) judgeRequest(id, entries);
      return [...broken];
    },
    requests: () => seen.size,
  };
}
