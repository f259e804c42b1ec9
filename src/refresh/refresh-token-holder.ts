/** The contract of what finds and keeps a refresh token that no cookie holds. Clients with a cookie have no code for it. */

import type { ChangeSource, Session } from '../session/session.js';
import type { Tabs } from '../tabs/tabs.js';

export interface RefreshTokenHolder {
  /** Of an OAuth client: another one at the same token endpoint has sessions of its own. */
  readonly clientId: string | undefined;
  /** Whether the refresh token outlives its page. */
  readonly hasStorage: boolean;

  /**
   * Under the lock, before a request: finds the newest refresh token.
   *
   * @returns why there is none
   */
  find(session: Session, tabs: Tabs): Promise<string | undefined>;

  /**
   * After each change of the session: tells the other tabs at once that the refresh token is another one, and keeps what is
   * to outlive the page.
   *
   * @param before the keeping of the change before
   * @returns a refresh token that nobody needs any more: it is to be revoked
   */
  keep(session: Session, tabs: Tabs, source: ChangeSource, before: Promise<unknown>): Promise<string | undefined>;
}

/** How a strategy carries it. Hidden: apps see a `RefreshStrategy`. Registered: it may come from another copy of the package. */
export const REFRESH_TOKEN_HOLDER: unique symbol = Symbol.for('silent-refresh.refresh-token-holder') as never;

/** A strategy that may hold its refresh token itself. */
export interface MayHoldRefreshToken {
  readonly [REFRESH_TOKEN_HOLDER]?: RefreshTokenHolder | undefined;
}
