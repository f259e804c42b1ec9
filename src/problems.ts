/** What waiting can't cure: a set-up that is wrong, or a page that lacks something. */

/** The problems of a token endpoint, and what was seen of each. */
export interface EndpointProblemDetails {
  /** It answers 404, 405, 415 or 501: there is nothing at this address, or it takes another method or another form. */
  'endpoint-missing': { readonly status: number };
  /** It redirects, and the redirect isn't followed. */
  'endpoint-redirects': object;
  /**
   * It answers with an HTML page: a 2xx is often the fallback of a single-page app, and a 401 the error page of a framework,
   * which ends no session.
   */
  'endpoint-answers-html': { readonly status: number };
  /** It answers 2xx with something that is neither JSON nor a JWT. */
  'endpoint-answers-no-json': { readonly contentType: string };
  /** It answers 2xx, and no access token was found. `keys` are the names in the answer, never a value. */
  'endpoint-gives-no-token': { readonly keys: string };
  /** It gives tokens that can't be used as bearer tokens: of another type, or an ID token alone. */
  'token-type-unsupported': { readonly why: string };
  /**
   * It is on another origin, and while online no answer of it could be read so far: often CORS. Also of the sign-out endpoint,
   * whose address is then the `url`.
   */
  'endpoint-unreadable': object;
  /** It is busy, and the page can't read for how long: it sends no `Retry-After`, or CORS doesn't expose it. */
  'retry-after-unreadable': { readonly status: number };
  /** It refuses the request because of CSRF. */
  'csrf-refused': { readonly status: number };
  /** The cookie of the option `csrf` isn't there, and the request was refused. */
  'csrf-cookie-missing': { readonly status: number };
  /** It says that the request is wrong, not the session. `word` is its error code (RFC 6749 §5.2), where it has one. */
  'refresh-request-refused': { readonly word: string };
  /** An option of yours threw an error, or gave something that it may not give: `refresh`, a Response that has been read. */
  'option-failed': { readonly option: 'verdict' | 'subject' | 'refresh' };
  /** `expires_in` is no number of seconds (RFC 6749 §5.1): "15m", say. Where the token is a JWT, its `exp` counts instead. */
  'expires-in-unreadable': object;
  /** A new token has expired already, or is about to. Milliseconds that are left, and by which evidence. */
  'token-expired-on-arrival': { readonly left: number; readonly evidence: string };
  /**
   * New tokens live hardly longer than it takes to fetch one; or, with `claimed`, for less than half of what their `exp` and
   * `iat` say, since the Date header is ahead. All in milliseconds.
   */
  'token-lifetime-short': { readonly lifetime: number; readonly took: number; readonly claimed?: number };
  /**
   * The first refresh after a sign-in was refused: the refresh token's cookie wasn't kept, or isn't sent. Where the page was
   * loaded anew in between, the console tells of it, in development.
   */
  'cookie-not-kept': object;
  /**
   * A refresh took longer than callers wait for it, or was given up before its answer came, and none ever had. Both in
   * milliseconds.
   */
  'refresh-timeout-short': { readonly took: number; readonly refreshTimeout: number };
}

/** The problems of requests and of pages. */
export interface OtherProblemDetails {
  /** `getAccessToken({ minValidity })` asked for more than half a token's lifetime. All in milliseconds. */
  'min-validity-capped': { readonly asked: number; readonly used: number };
  /** A 401 from where the token may not go. `origin` is what to add to `allowedOrigins`, if it may go there. */
  'origin-not-allowed': { readonly url: string; readonly origin: string };
  /** A request met a 401 after it had been redirected. It may have been processed, so it isn't sent again. */
  'request-not-replayed': { readonly method: string; readonly url: string };
  /** The API answers 401 to a token that has just been refreshed. */
  'fresh-token-refused': { readonly method: string; readonly url: string };
  /**
   * The sign-out endpoint answered something else than a success, or an HTML page: its cookie may still be there. Or that which
   * revokes the refresh token did: it may still be good. Status 0 is a redirect, which isn't followed.
   */
  'sign-out-not-confirmed': { readonly url: string; readonly status: number };
  /** Somebody is signed in, and this page sees no cookie of the name that the option `hintCookie` gives. */
  'hint-cookie-missing': { readonly cookie: string | undefined };
  /** This page has no Web Locks: tabs don't take turns to refresh. (Of a sandboxed frame the console alone tells, in development.) */
  'no-web-locks': { readonly isSecureContext: boolean };
  /** This page has no BroadcastChannel: tabs don't hand tokens to each other. */
  'no-broadcast-channel': { readonly isSecureContext: boolean };
}

/**
 * What a client can find wrong, by code, and what was seen. It never holds a token, a query string or a body. A `url` is
 * origin and path; that of a token endpoint is `undefined` where only a function of yours knows it.
 */
export type ProblemDetails = {
  [Code in keyof EndpointProblemDetails]: { readonly url: string | undefined } & EndpointProblemDetails[Code];
} & OtherProblemDetails;

/** docs/troubleshooting.md has a heading for each: the likely causes, and what to do. */
export type ProblemCode = keyof ProblemDetails;

type Coded<Details> = { [Code in keyof Details]: { readonly code: Code } & Details[Code] }[keyof Details];

/** What the event `problem` carries; narrow it on `code`. */
export type Problem = Coded<ProblemDetails>;

/** A problem that an answer of the token endpoint shows. */
export type EndpointProblem = Coded<EndpointProblemDetails>;
