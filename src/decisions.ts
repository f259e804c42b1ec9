/** What a client decides on its way, for the option `debug`. None of it holds a token, a query string or a body. */

/** Each decision, and what was known of it. Times are in milliseconds. A `request` is its method, origin and path. */
export interface Decisions {
  /** A request needs another token than the one of now: it joins the one refresh. */
  'request-waits': { readonly request: string };
  /** A 401 is the caller's answer, since a refresh has just turned out to be of no use, or there were too many. */
  'refresh-of-no-use': { readonly request: string };
  /** The other tabs were asked what they know. */
  'tabs-asked': { readonly haveAnswered: boolean; readonly took: number };
  /** No other refresh, sign-in or sign-out runs any more, in any tab: this tab has its turn. */
  'turn-came': { readonly waited: number };
  /** Another tab was faster: no request is sent. */
  'refresh-not-needed': object;
  'refresh-sent': object;
  /** What the token endpoint's answer means, and why. */
  'refresh-answered': { readonly verdict: string; readonly why: string | undefined; readonly took: number };
  /** The session has moved on since the request was sent: its answer counts no more. */
  'answer-dropped': object;
  /** Nothing calls the token endpoint for so long. `isNamed`: the server has asked for it (`Retry-After`). */
  paused: { readonly ms: number; readonly isNamed: boolean; readonly by: 'this-tab' | 'another-tab' };
  /**
   * What is known of the session has changed. `token` counts the tokens of a session; `undefined`: there is none.
   * `ended`: why it is over.
   */
  'session-changed': {
    readonly by: 'this-tab' | 'another-tab';
    readonly token: number | undefined;
    readonly ended: string | undefined;
  };
  /** When this tab refreshes by itself. */
  'refresh-planned': { readonly in: number };
  /** The page came back, was shown, hidden, or has a network again: the name of the browser's event. */
  'page-woke-up': { readonly event: string };
  /** `dispose()` was called. */
  disposed: object;
}
