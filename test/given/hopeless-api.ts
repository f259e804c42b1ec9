/** An API that refuses good tokens, and what becomes of the replays. */

import { HttpResponse } from 'msw';
import type { AuthClient } from 'silent-refresh';
import type { AuthServer } from '../world/auth-server.ts';
import { refusal } from '../world/refusal.ts';
import { gate, until } from '../world/waiting.ts';
import type { Given } from './ada.ts';

/** A tab that refreshes only when somebody asks, with a token that lives for long. */
export const FOR_AN_HOUR: Given = { clocks: 'stopped', tab: 'hidden', lifetime: 3_600 };

/** What becomes of a replay, other than a 401 or an accepted answer. */
export type Fate = 'is aborted' | 'is never sent' | 'is never answered' | 'fails';
export const fates: Fate[] = ['is aborted', 'is never sent', 'is never answered', 'fails'];

/** The API refuses every token; each replay has the given fate. */
export function refuseAll(server: AuthServer, auth: AuthClient, fate: Fate) {
  const end = gate();
  const seen = new Map<string, number>();
  server.answerApi = async ({ url }) => {
    const before = seen.get(url) ?? 0;
    seen.set(url, before + 1);
    if (!before) return refusal();
    if (fate === 'fails') return HttpResponse.error();
    await end.opened;
    return refusal();
  };

  /** The status of the answer, or `undefined` where its replay had its fate. */
  async function ask(url: string, method = 'GET'): Promise<number | undefined> {
    const leaving = new AbortController();
    const undo = auth.on('refreshed', () => fate === 'is never sent' && leaving.abort());
    let outcome: { readonly status: number | undefined } | undefined;
    auth.fetch(url, { method, signal: leaving.signal }).then(
      ({ status }) => {
        outcome = { status };
      },
      () => {
        outcome = { status: undefined };
      },
    );
    await until(() => outcome || seen.get(url) === 2, 'it is answered, or its replay is under way');
    undo();
    if (fate === 'is aborted') leaving.abort();
    return outcome?.status;
  }

  return { ask, answerAll: end.open };
}
