/** What goes to the servers, and what comes back. */

export type Endpoint = 'refresh' | 'sign-out' | 'login' | 'api';

export interface ServerRequest {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  /** The refresh token that it presents: in its cookie, or in its body. */
  readonly refreshToken: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body?: object | string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The refresh token that it brings: in a cookie, or in its body. */
  readonly refreshToken?: string | undefined;
  /** `null` takes the cookie away. */
  readonly setCookie?: string | null | undefined;
  /** It takes the hint cookie away, and leaves that of the refresh token, dead as it is. */
  readonly takesHint?: boolean | undefined;
  /** It was redirected on the way, within the API. */
  readonly redirectedTo?: string | undefined;
}
