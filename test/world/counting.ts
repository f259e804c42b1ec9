/** A client that counts who uses it. */

import type { AuthClient } from 'silent-refresh';

export interface Counts {
  /** Who listens now. */
  listeners: number;
  /** Everybody who ever began to. */
  subscriptions: number;
  restores: number;
}

export function counted(auth: AuthClient): { readonly client: AuthClient; readonly counts: Counts } {
  const counts: Counts = { listeners: 0, subscriptions: 0, restores: 0 };
  const client: AuthClient = {
    ...auth,
    subscribe(listener) {
      const undo = auth.subscribe(listener);
      counts.subscriptions++;
      counts.listeners++;
      let isOver = false;
      return () => {
        if (!isOver) counts.listeners--;
        isOver = true;
        undo();
      };
    },
    restore() {
      counts.restores++;
      return auth.restore();
    },
  };
  return { client, counts };
}
