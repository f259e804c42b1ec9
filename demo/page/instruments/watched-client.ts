/** What a client lets others see, in one shape for this package's client and for an interceptor. */

import type { AuthClient } from 'silent-refresh';
import type { TokenMark } from '../trace/token-mark.ts';

export interface WatchedClient {
  subscribe(listener: () => void): () => void;
  /** `undefined` where there is none, or where it is opaque. */
  token(): TokenMark | undefined;
  signedIn(): boolean;
  /** The client's events. An interceptor has none. */
  readonly on?: AuthClient['on'];
}

export function watched({ subscribe, getState, on }: AuthClient): WatchedClient {
  return {
    subscribe,
    on,
    signedIn: () => getState().status === 'signed-in',
    token() {
      const state = getState();
      if (state.status !== 'signed-in' || !state.subject) return undefined;
      return { user: state.subject, generation: Number(state.claims?.gen) };
    },
  };
}
