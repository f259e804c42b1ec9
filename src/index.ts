/** Keeps people signed in without their noticing: a fetch that refreshes the access token silently. */

export type { AuthClient, JwtClaims } from './auth-client.js';
export { createAuthClient } from './client.js';
export type { AuthClientOptions, RefreshFunction, SignOutOptions } from './client-options.js';
export type { Decisions } from './decisions.js';
export {
  type AnyAuthError,
  AuthError,
  type AuthErrorCode,
  BodyNotReplayableError,
  ConfigurationError,
  isAuthError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
  SignInFailedError,
} from './errors.js';
export type { AuthEventListener, AuthEvents, DebugEntry, RequestSummary, SignedOutReason } from './events.js';
export type { ShouldRefresh } from './http/authorized-fetch.js';
export type { GetAccessTokenOptions } from './http/get-access-token.js';
export type { SignOutResult } from './lifecycle/sign-out.js';
export type { Problem, ProblemCode, ProblemDetails } from './problems.js';
export type {
  AuthRequestOptions as CookieRefreshOptions,
  CsrfOptions,
  RequestHeaders,
} from './refresh/auth-request.js';
export { type BodyRefreshOptions, bodyRefresh, type TokenRequestOptions } from './refresh/body-refresh.js';
export { cookieRefresh } from './refresh/cookie-refresh.js';
export type { RefreshContext, RefreshStrategy, RevokeContext } from './refresh/refresh-strategy.js';
export type { RefreshTokenStorage } from './refresh/refresh-token-storage.js';
export type { JudgeResponse, ReadSubject, TokenResponse } from './refresh/token-response.js';
export type { ReadTokens, TokenSet } from './refresh/token-shapes.js';
export type { AuthState, RestoreError } from './session/public-state.js';
