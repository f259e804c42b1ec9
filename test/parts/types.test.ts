/** What TypeScript promises to those who use the package; `tsc` is the judge, running these only shows that they load. */

import type { KyInstance } from 'ky';
import type { ReactElement, ReactNode } from 'react';
import {
  type AnyAuthError,
  type AuthClient,
  type AuthClientOptions,
  AuthError,
  type AuthErrorCode,
  type AuthEvents,
  type AuthState,
  type BodyNotReplayableError,
  bodyRefresh,
  type ConfigurationError,
  cookieRefresh,
  createAuthClient,
  isAuthError,
  type JwtClaims,
  type RefreshStrategy,
  type RefreshUnavailableError,
  type RestoreError,
  type SessionChangedError,
  type SessionExpiredError,
  type SignedOutError,
  type SignedOutReason,
  type SignInFailedError,
  type SignOutResult,
  type TokenResponse,
} from 'silent-refresh';
import { createKy } from 'silent-refresh/ky';
import {
  type Auth,
  AuthProvider,
  type AuthProviderProps,
  SignedIn,
  type SignedInProps,
  useAuth,
} from 'silent-refresh/react';
import { createTestAuth, type TestAuth, type TestAuthOptions } from 'silent-refresh/testing';
import { describe, expectTypeOf, it } from 'vitest';

interface ShopClaims {
  readonly sub: string;
  readonly roles: readonly string[];
}
declare const auth: AuthClient;
declare const shop: AuthClient<ShopClaims>;

/** For `tsc` alone: never called. */
const typesOf = (_: () => unknown) => {};

describe('types', () => {
  it('AuthState narrows on status', () => {
    typesOf(() => {
      const state = auth.getState();
      expectTypeOf(state).toEqualTypeOf<AuthState<JwtClaims>>();
      expectTypeOf(state.status).toEqualTypeOf<'restoring' | 'signed-in' | 'signed-out'>();
      // @ts-expect-error not before it is narrowed
      void state.claims;
      if (state.status === 'signed-in') {
        expectTypeOf(state.claims).toEqualTypeOf<JwtClaims | undefined>();
        expectTypeOf(state.subject).toEqualTypeOf<string | undefined>();
        expectTypeOf(state.expiresAt).toEqualTypeOf<number | undefined>();
        // @ts-expect-error a reason belongs to "signed-out"
        void state.reason;
      } else if (state.status === 'signed-out') {
        expectTypeOf(state.reason).toEqualTypeOf<SignedOutReason>();
        expectTypeOf(state.reason).toEqualTypeOf<'no-session' | 'signed-out' | 'expired'>();
      } else {
        expectTypeOf(state).toEqualTypeOf<{
          readonly status: 'restoring';
          readonly error?: RestoreError | undefined;
        }>();
      }
      // @ts-expect-error read only
      state.status = 'signed-in';
    });
  });

  it('no state, event or error has a place for the token (P9)', () => {
    type Keys<T> = T extends unknown ? keyof T : never;
    expectTypeOf<
      Extract<Keys<AuthState | AnyAuthError | AuthEvents[keyof AuthEvents]>, `${string}oken${string}`>
    >().toBeNever();
  });

  it('the claims are those of the token’s type', () => {
    typesOf(() => {
      const made = createAuthClient<ShopClaims>({ refresh: '/auth/refresh' });
      expectTypeOf(made).toEqualTypeOf<AuthClient<ShopClaims>>();
      expectTypeOf(createAuthClient({ refresh: '/auth/refresh' })).toEqualTypeOf<AuthClient>();
      for (const state of [shop.getState()]) {
        if (state.status === 'signed-in')
          expectTypeOf(state.claims?.roles).toEqualTypeOf<readonly string[] | undefined>();
      }
      expectTypeOf(shop.restore()).resolves.toEqualTypeOf<AuthState<ShopClaims>>();
      expectTypeOf(shop.refresh()).resolves.toEqualTypeOf<AuthState<ShopClaims>>();
      expectTypeOf(shop.signIn).returns.resolves.toEqualTypeOf<AuthState<ShopClaims>>();
      expectTypeOf(shop.setSession).returns.resolves.toEqualTypeOf<AuthState<ShopClaims>>();
      // @ts-expect-error claims are an object
      createAuthClient<string>({ refresh: '/auth/refresh' });
      const state = auth.getState();
      if (state.status === 'signed-in') {
        expectTypeOf(state.claims?.exp).toEqualTypeOf<number | undefined>();
        expectTypeOf(state.claims?.tenant).toBeUnknown();
      }
    });
  });

  it('each event has its own detail', () => {
    typesOf(() => {
      auth.on('signed-in', ({ subject }) => expectTypeOf(subject).toEqualTypeOf<string | undefined>());
      auth.on('refreshed', ({ by }) => expectTypeOf(by).toEqualTypeOf<'this-tab' | 'another-tab'>());
      auth.on('refresh-failed', ({ error }) => expectTypeOf(error).toEqualTypeOf<AnyAuthError>());
      auth.on('replayed', ({ method, url, status }) => {
        expectTypeOf({ method, url, status }).toEqualTypeOf<{ method: string; url: string; status: number }>();
      });
      auth.on('signed-out', ({ reason }) =>
        expectTypeOf(reason).toEqualTypeOf<Exclude<SignedOutReason, 'no-session'>>(),
      );
      auth.on('user-changed', ({ subject, previousSubject }) => {
        expectTypeOf([subject, previousSubject]).toEqualTypeOf<(string | undefined)[]>();
      });
      auth.on('challenge', ({ error, scope, acrValues, maxAge }) => {
        expectTypeOf([error, scope, acrValues]).toEqualTypeOf<(string | undefined)[]>();
        expectTypeOf(maxAge).toEqualTypeOf<number | undefined>();
      });
      expectTypeOf(auth.on('refreshed', () => {})).toEqualTypeOf<() => void>();
      expectTypeOf(auth.subscribe(() => {})).toEqualTypeOf<() => void>();
      // @ts-expect-error no such event
      auth.on('signedIn', () => {});
      // @ts-expect-error "refreshed" has no subject
      auth.on('refreshed', ({ subject }) => subject);
      auth.on('refreshed', (detail) => {
        // @ts-expect-error read only
        detail.by = 'another-tab';
      });
    });
    expectTypeOf<keyof AuthEvents>().toEqualTypeOf<
      | 'signed-in'
      | 'refreshed'
      | 'refresh-failed'
      | 'replayed'
      | 'signed-out'
      | 'user-changed'
      | 'challenge'
      | 'problem'
    >();
  });

  it('an error’s code narrows it', () => {
    typesOf(() => {
      const error: unknown = undefined;
      if (!isAuthError(error)) {
        expectTypeOf(error).toBeUnknown();
        return;
      }
      expectTypeOf(error).toEqualTypeOf<AnyAuthError>();
      expectTypeOf(error).toExtend<AuthError>();
      expectTypeOf(error.retryable).toEqualTypeOf<boolean>();
      switch (error.code) {
        case 'session-expired':
          expectTypeOf(error).toEqualTypeOf<SessionExpiredError>();
          expectTypeOf<(typeof error)['retryable']>().toEqualTypeOf<false>();
          break;
        case 'signed-out':
          expectTypeOf(error).toEqualTypeOf<SignedOutError>();
          break;
        case 'session-changed':
          expectTypeOf(error).toEqualTypeOf<SessionChangedError>();
          break;
        case 'refresh-unavailable':
          expectTypeOf(error).toEqualTypeOf<RefreshUnavailableError>();
          expectTypeOf<(typeof error)['retryable']>().toEqualTypeOf<boolean>();
          expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
          break;
        case 'body-not-replayable':
          expectTypeOf(error).toEqualTypeOf<BodyNotReplayableError>();
          break;
        case 'sign-in-failed':
          expectTypeOf(error).toEqualTypeOf<SignInFailedError>();
          expectTypeOf(error.response).toEqualTypeOf<Response | undefined>();
          break;
        case 'configuration':
          expectTypeOf(error).toEqualTypeOf<ConfigurationError>();
          break;
        default:
          expectTypeOf(error).toBeNever();
      }
    });
    expectTypeOf<AnyAuthError['code']>().toEqualTypeOf<AuthErrorCode>();
    // @ts-expect-error the base is no error of its own
    typesOf(() => new AuthError('x'));
  });

  it('options reject nonsense', () => {
    typesOf(() => [
      // @ts-expect-error refresh is needed
      createAuthClient({}),
      // @ts-expect-error refresh is no number
      createAuthClient({ refresh: 1 }),
      // @ts-expect-error a misspelt option
      createAuthClient({ refresh: '/r', refreshAheadMs: 1 }),
      // @ts-expect-error a list, not a string
      createAuthClient({ refresh: '/r', allowedOrigins: 'https://api.example.com' }),
      // @ts-expect-error milliseconds, not a text
      createAuthClient({ refresh: '/r', refreshTimeout: '10s' }),
      // @ts-expect-error the answer as it came, not the bare token
      createAuthClient({ refresh: async () => 'token' }),
      // @ts-expect-error a strategy says where
      createAuthClient({ refresh: { request: async () => ({}) } }),
      // @ts-expect-error a verdict, not a text
      createAuthClient({ refresh: '/r', shouldRefresh: () => 'yes' }),
      // @ts-expect-error a token set has an access token
      createAuthClient({ refresh: '/r', readTokens: () => ({ expiresIn: 1 }) }),
      // @ts-expect-error csrf names the header, too
      cookieRefresh({ url: '/r', csrf: { cookie: 'XSRF-TOKEN' } }),
      // @ts-expect-error fields, not a body of another kind
      bodyRefresh({ url: '/r', body: (token) => new URLSearchParams({ token }) }),
      // @ts-expect-error the same
      bodyRefresh({ url: '/r', body: () => new FormData() }),
      // @ts-expect-error fields, not a promise of them
      bodyRefresh({ url: '/r', body: async (token) => ({ token }) }),
      // @ts-expect-error fields have names
      bodyRefresh({ url: '/r', body: (token) => [token] }),
      // @ts-expect-error a sign-out has a URL
      createAuthClient({ refresh: '/r', signOut: { method: 'DELETE' } }),
    ]);
  });

  it('options take what is meant', () => {
    typesOf(() => [
      createAuthClient({ refresh: new URL('https://auth.example.com/refresh') }),
      createAuthClient({ refresh: async ({ signal }) => fetch('/r', { signal }) }),
      createAuthClient({ refresh: async () => ({ access_token: 'x', expires_in: 60 }) }),
      createAuthClient({ refresh: cookieRefresh({ url: '/r', csrf: { cookie: 'a', header: 'b' } }) }),
      bodyRefresh({ url: '/r', body: (token) => ({ token, device: undefined, variables: { token } }) }),
      // Options that come from settings may be undefined.
      createAuthClient({ refresh: '/r', signOut: undefined, allowedOrigins: undefined, fetch: undefined }),
      createAuthClient({
        refresh: '/r',
        signOut: { url: '/out', method: 'DELETE', headers: { a: 'b' }, csrf: { cookie: 'a', header: 'b' } },
        allowedOrigins: ['/api', new URL('https://api.example.com')] as const,
        readTokens: (body) => body as { accessToken: string },
        shouldRefresh: async (response, request) => response.status === 419 && request.method !== 'GET',
      }),
    ]);
    expectTypeOf<AuthClientOptions['refresh']>().toExtend<
      string | URL | RefreshStrategy | ((context: { signal: AbortSignal }) => Promise<TokenResponse>)
    >();
  });

  it('auth.fetch can stand wherever fetch stands', () => {
    expectTypeOf<AuthClient['fetch']>().toExtend<typeof fetch>();
    expectTypeOf<typeof fetch>().parameters.toExtend<Parameters<AuthClient['fetch']>>();
    expectTypeOf<AuthClient['fetch']>().returns.resolves.toEqualTypeOf<Response>();
  });

  it('ky takes any client, and gives a ky', () => {
    expectTypeOf(createKy).returns.toEqualTypeOf<KyInstance>();
    typesOf(() => [createKy(auth), createKy(shop, { prefix: '/api', retry: 0 })]);
    // @ts-expect-error not an option of ky
    typesOf(() => createKy(auth, { prefixes: '/api' }));
    // @ts-expect-error a client, not its fetch
    typesOf(() => createKy(auth.fetch));
  });

  it('useAuth() narrows on status, as a whole and destructured', () => {
    typesOf(() => {
      const auth = useAuth();
      expectTypeOf(auth).toEqualTypeOf<Auth>();
      expectTypeOf(auth).toExtend<AuthState<JwtClaims>>();
      expectTypeOf(auth.status).toEqualTypeOf<'restoring' | 'signed-in' | 'signed-out'>();
      // @ts-expect-error not before it is narrowed
      void auth.claims;
      if (auth.status === 'signed-in') {
        expectTypeOf(auth.claims).toEqualTypeOf<JwtClaims | undefined>();
        expectTypeOf(auth.subject).toEqualTypeOf<string | undefined>();
        expectTypeOf(auth.expiresAt).toEqualTypeOf<number | undefined>();
        // @ts-expect-error a reason belongs to "signed-out"
        void auth.reason;
      } else if (auth.status === 'signed-out') {
        expectTypeOf(auth.reason).toEqualTypeOf<SignedOutReason>();
      } else {
        expectTypeOf(auth.status).toEqualTypeOf<'restoring'>();
        // @ts-expect-error nobody is known yet
        void auth.subject;
      }
      // @ts-expect-error read only
      auth.status = 'signed-in';

      const { status, ...others } = auth;
      expectTypeOf(others.fetch).toEqualTypeOf<AuthClient['fetch']>();
      if (status === 'signed-in') {
        // @ts-expect-error TypeScript narrows the whole, not what is left of it
        void others.claims;
        // The whole it narrows, too.
        expectTypeOf(auth.claims).toEqualTypeOf<JwtClaims | undefined>();
      }
    });
  });

  it('useAuth() gives the client, `fetch` and `signOut`, whatever the status', () => {
    typesOf(() => {
      const { status, fetch, signOut, client } = useAuth();
      expectTypeOf(status).toEqualTypeOf<AuthState['status']>();
      expectTypeOf(fetch).toEqualTypeOf<AuthClient['fetch']>();
      expectTypeOf(fetch).toExtend<typeof globalThis.fetch>();
      expectTypeOf(signOut).toEqualTypeOf<() => Promise<SignOutResult>>();
      expectTypeOf(client).toEqualTypeOf<AuthClient>();
      // A click's handler as it is.
      expectTypeOf(signOut).toExtend<(event: { type: string }) => void>();
      // @ts-expect-error the rest is the client's
      void useAuth().signIn;
    });
  });

  it('useAuth() has the claims that it is told', () => {
    typesOf(() => {
      const auth = useAuth<ShopClaims>();
      expectTypeOf(auth).toEqualTypeOf<Auth<ShopClaims>>();
      expectTypeOf(auth.client).toEqualTypeOf<AuthClient<ShopClaims>>();
      if (auth.status === 'signed-in') {
        expectTypeOf(auth.claims).toEqualTypeOf<ShopClaims | undefined>();
        expectTypeOf(auth.claims?.roles).toEqualTypeOf<readonly string[] | undefined>();
        // @ts-expect-error no such claim
        void auth.claims?.tenant;
      }
      // @ts-expect-error claims are an object
      useAuth<string>();
    });
  });

  it('useAuth(selector) gives what the selector does', () => {
    typesOf(() => {
      expectTypeOf(useAuth((state) => state.status)).toEqualTypeOf<'restoring' | 'signed-in' | 'signed-out'>();
      expectTypeOf(useAuth((state) => state.status === 'signed-in')).toEqualTypeOf<boolean>();
      expectTypeOf(useAuth((state) => state)).toEqualTypeOf<AuthState<JwtClaims>>();
      expectTypeOf(useAuth((state) => (state.status === 'signed-in' ? state.claims?.exp : null))).toEqualTypeOf<
        number | undefined | null
      >();
      expectTypeOf(useAuth((state) => [state.status, 1] as const)).toEqualTypeOf<readonly [AuthState['status'], 1]>();
      expectTypeOf(
        useAuth((state: AuthState<ShopClaims>) => (state.status === 'signed-in' ? state.claims?.roles : undefined)),
      ).toEqualTypeOf<readonly string[] | undefined>();
      expectTypeOf(
        useAuth((state: AuthState<ShopClaims>) => ({
          isAdmin: state.status === 'signed-in' && state.claims?.roles.includes('admin'),
        })),
      ).toEqualTypeOf<{ isAdmin: boolean | undefined }>();
      expectTypeOf(
        useAuth<readonly string[], ShopClaims>((state) =>
          state.status === 'signed-in' ? (state.claims?.roles ?? []) : [],
        ),
      ).toEqualTypeOf<readonly string[]>();
      // @ts-expect-error not before it is narrowed
      useAuth((state) => state.claims);
      // @ts-expect-error no such claim
      useAuth((state: AuthState<ShopClaims>) => state.status === 'signed-in' && state.claims?.tenant);
      // @ts-expect-error a function, not a name
      useAuth('status');
    });
  });

  it('AuthProvider takes any client, and needs one', () => {
    expectTypeOf(AuthProvider).parameters.toEqualTypeOf<[AuthProviderProps]>();
    expectTypeOf(AuthProvider).returns.toEqualTypeOf<ReactElement>();
    typesOf(() => [
      AuthProvider({ client: auth }),
      AuthProvider({ client: shop, children: 'orders' }),
      AuthProvider({ client: createAuthClient<ShopClaims>({ refresh: '/auth/refresh' }), children: [null, 1] }),
      // @ts-expect-error there is no client by default
      AuthProvider({ children: 'orders' }),
      // @ts-expect-error a client, not its options
      AuthProvider({ client: { refresh: '/auth/refresh' } }),
      // @ts-expect-error a client, not perhaps
      AuthProvider({ client: undefined }),
    ]);
  });

  it('SignedIn takes what shows in each case, all of it optional', () => {
    expectTypeOf(SignedIn).parameters.toEqualTypeOf<[SignedInProps]>();
    expectTypeOf<SignedInProps>().toEqualTypeOf<{
      readonly children?: ReactNode;
      readonly fallback?: ReactNode;
      readonly restoring?: ReactNode;
    }>();
    typesOf(() => [
      SignedIn({}),
      SignedIn({ children: ['a', 1, null], fallback: undefined, restoring: false }),
      // @ts-expect-error an element, not a component
      SignedIn({ fallback: () => null }),
      // @ts-expect-error a misspelt prop
      SignedIn({ fallBack: null }),
    ]);
  });

  it('each other method has its type', () => {
    expectTypeOf<AuthClient['getAccessToken']>().returns.resolves.toEqualTypeOf<string>();
    expectTypeOf<AuthClient['signOut']>().returns.resolves.toEqualTypeOf<SignOutResult>();
    expectTypeOf<SignOutResult>().toEqualTypeOf<{ readonly serverConfirmed: boolean }>();
    expectTypeOf<AuthClient>().toExtend<Disposable>();
    typesOf(() => [
      auth.getAccessToken(),
      auth.getAccessToken({ minValidity: 1_000, signal: undefined }),
      auth.signIn(() => fetch('/login')),
      // @ts-expect-error a function, so that it can run at its turn
      auth.signIn(fetch('/login')),
      // @ts-expect-error the request must be returned
      auth.signIn(async () => {}),
    ]);
  });

  it('a test’s client goes wherever a client goes, and its claims are the app’s', () => {
    typesOf(() => {
      const test = createTestAuth<ShopClaims>({ user: 'ada', claims: { roles: ['admin'] } });
      expectTypeOf(test).toEqualTypeOf<TestAuth<ShopClaims>>();
      expectTypeOf(test).toExtend<AuthClient<ShopClaims>>();
      expectTypeOf(test).toExtend<AuthClient<object>>();
      expectTypeOf(test.getState).toEqualTypeOf(shop.getState);
      expectTypeOf(createTestAuth()).toExtend<AuthClient>();
      expectTypeOf<TestAuthOptions<ShopClaims>['claims']>().toEqualTypeOf<Partial<ShopClaims> | undefined>();
      createKy(test);
      // @ts-expect-error no claim of the shop's
      test.signInAs({ user: 'bob', claims: { rolls: [] } });
      // @ts-expect-error no reason
      test.endSession('timeout');
      // @ts-expect-error no code
      test.rejectNext('expired');
    });
  });
});
