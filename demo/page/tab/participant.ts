/** The two clients that a tab on the stage can have, in one shape. */

import { createAuthClient } from 'silent-refresh';
import type { Network } from '../instruments/network.ts';
import { type WatchedClient, watched } from '../instruments/watched-client.ts';
import { markOf } from '../trace/token-mark.ts';
import { createPlainInterceptor } from './plain-interceptor.ts';

export type ClientKind = 'silent-refresh' | 'plain';

export interface Participant extends WatchedClient {
  fetch: typeof fetch;
  /** Finds out at page load whether somebody is signed in. */
  restore(): Promise<unknown>;
  signIn(login: () => Promise<Response>): Promise<unknown>;
  /** Who is signed in, as the page shows it. */
  user(): string | undefined;
}

/** @param name of the session, which tabs share */
export function createParticipant(kind: ClientKind, name: string, world: string, network: Network): Participant {
  const participant = kind === 'plain' ? plain(world, network) : silent(name, world, network);
  return { ...participant, fetch: network.asSeenByCallers(participant.fetch) };
}

function silent(name: string, world: string, network: Network): Participant {
  const auth = createAuthClient({
    name,
    refresh: `${world}/auth/refresh`,
    hintCookie: `has_session_${world ? 'stage_' : ''}${location.port}`,
    fetch: network.fetch,
    // Nobody likes to watch for ten seconds.
    refreshTimeout: 4_000,
  });
  const { fetch, restore, signIn } = auth;
  const seen = watched(auth);
  return { ...seen, fetch, restore, signIn, user: () => seen.token()?.user };
}

function plain(world: string, network: Network): Participant {
  const client = createPlainInterceptor(`${world}/auth`, network.fetch);
  const token = () => markOf(client.token());
  const listeners = new Set<() => void>();
  client.onChange(() => {
    for (const listener of listeners) listener();
  });
  return {
    fetch: client.fetch,
    // Nobody signed in is no failure at page load.
    restore: () => client.refresh().catch(() => {}),
    signIn: client.signIn,
    token,
    signedIn: () => client.token() !== undefined,
    user: () => token()?.user,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
