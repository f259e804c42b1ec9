/** What of `oidc-client-ts` the documents use, with the types of its version 3.5.0. */

export declare class InMemoryWebStorage implements Storage {
  readonly length: number;
  clear(): void;
  getItem(key: string): string;
  key(index: number): string | null;
  removeItem(key: string): void;
  setItem(key: string, value: string): void;
}

export declare class WebStorageStateStore {
  constructor(options: { prefix?: string; store?: Storage });
}

export declare class UserManager {
  constructor(settings: {
    authority: string;
    client_id: string;
    redirect_uri: string;
    scope?: string;
    automaticSilentRenew?: boolean;
    userStore?: WebStorageStateStore;
  });
  signinRedirect(): Promise<void>;
  signinRedirectCallback(): Promise<{
    access_token: string;
    refresh_token?: string;
    readonly expires_in: number | undefined;
  }>;
}
