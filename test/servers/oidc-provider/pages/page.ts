/** What both pages have in common: what the tests find at `window.app`. */

import type { AuthClient } from 'silent-refresh';

export interface App {
  readonly auth: AuthClient;
  /** Leaves for the provider's login page. */
  signIn(): void;
  /** Resolves when the page has done what it does at once: after a login, the exchange of the code. */
  readonly ready: Promise<unknown>;
}

export interface PageSettings {
  readonly provider: {
    readonly issuer: string;
    readonly authorization_endpoint: string;
    readonly token_endpoint: string;
    readonly revocation_endpoint: string;
  };
  /** What the public client calls itself when it refreshes. */
  refreshAs: string;
  storage: 'none' | 'session';
  refreshTimeout: number;
}

declare global {
  interface Window {
    app: App;
    readonly settings: PageSettings;
  }
}
