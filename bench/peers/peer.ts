/** What each peer's file gives: a client that is set up as the peer's documentation says, behind two calls. */

export interface Surroundings {
  /** Of the page, the API and the auth server: they are one. */
  readonly origin: string;
  /** The app's way to the login page: called wherever the peer's documentation goes there. */
  signedOut(): void;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
}

export interface Client {
  /** Signs in by name, as an app does it with this peer. */
  signIn(user: string): Promise<unknown>;
  /** Gives the status of the answer. A 401 in the end may come as a status or an error, as it does with the peer. */
  request(path: string, sent?: Sent): Promise<number>;
}

/** Called once a page, as it loads. */
export type CreateClient = (surroundings: Surroundings) => Client | Promise<Client>;
