/** Records which token was the tab's own, and for how long. */

import type { AuthClient } from 'silent-refresh';
import { now, type TokenMark } from '../trace/spans.ts';
import type { Recorder } from './recorder.ts';

export interface TokenHolder {
  subscribe(listener: () => void): () => void;
  /** `undefined` where there is none, or where it is opaque. */
  token(): TokenMark | undefined;
}

export function recordTokens(recorder: Recorder, holder: TokenHolder): void {
  let shown: TokenMark | undefined;
  let end = () => {};

  holder.subscribe(() => {
    const token = holder.token();
    if (token?.user === shown?.user && token?.generation === shown?.generation) return;
    end();
    shown = token;
    const change = token && recorder.begin({ kind: 'token', token });
    end = () => change?.({ to: now() });
  });
}

export function tokensOf({ subscribe, getState }: AuthClient): TokenHolder {
  return {
    subscribe,
    token() {
      const state = getState();
      if (state.status !== 'signed-in' || !state.subject) return undefined;
      return { user: state.subject, generation: Number(state.claims?.gen) };
    },
  };
}
