/** Who is measured, beside whom. Each has a file of its name in `peers/`. */

export interface Peer {
  /** Of its file. */
  readonly id: string;
  readonly name: string;
  /** Whose version is told. */
  readonly packages: readonly string[];
  /** `requests`: sends again after a 401. `tokens`: gives a valid token, and sends nothing again. */
  readonly kind: 'floor' | 'ours' | 'requests' | 'tokens';
  /** What an app with this peer has anyway, as it is imported: an HTTP client, or a framework. */
  readonly madeFor?: readonly string[];
  /** It reads the answer's body before it gives the answer. */
  readonly readsBody?: true;
  /** Why a scenario is nothing for it. */
  readonly cannot?: Partial<Record<Ability, string>>;
}

export type Ability = 'requests' | 'Node' | 'uploads' | 'prerender';

const NEEDS_PAGE = 'needs a page';

export const OURS: Peer = { id: 'silent-refresh', name: 'silent-refresh', packages: [], kind: 'ours' };

export const PEERS: readonly Peer[] = [
  { id: 'raw-fetch', name: 'raw `fetch`', packages: [], kind: 'floor' },
  OURS,
  {
    id: 'failed-queue',
    name: '`failedQueue` interceptor',
    packages: ['axios'],
    kind: 'requests',
    madeFor: ['axios'],
    readsBody: true,
  },
  {
    id: 'axios-auth-refresh',
    name: 'axios-auth-refresh',
    packages: ['axios-auth-refresh', 'axios'],
    kind: 'requests',
    madeFor: ['axios'],
    readsBody: true,
  },
  {
    id: 'oauth2-client',
    name: '@badgateway/oauth2-client',
    packages: ['@badgateway/oauth2-client'],
    kind: 'requests',
  },
  {
    id: 'rtk-query',
    name: 'RTK Query’s recipe',
    packages: ['@reduxjs/toolkit', 'async-mutex'],
    kind: 'requests',
    madeFor: ['@reduxjs/toolkit/query'],
    readsBody: true,
  },
  {
    id: 'supertokens-website',
    name: 'supertokens-website',
    packages: ['supertokens-website'],
    kind: 'requests',
    cannot: { Node: NEEDS_PAGE },
  },
  { id: 'alova', name: 'alova', packages: ['alova'], kind: 'requests', madeFor: ['alova', 'alova/fetch'] },
  {
    id: 'urql',
    name: '@urql/exchange-auth',
    packages: ['@urql/exchange-auth', '@urql/core'],
    kind: 'requests',
    madeFor: ['@urql/core', 'graphql'],
    readsBody: true,
    cannot: { uploads: 'GraphQL alone' },
  },
  { id: 'ky', name: 'ky’s recipe', packages: ['ky'], kind: 'requests', madeFor: ['ky'] },
  { id: 'refresh-fetch-queue', name: 'refresh-fetch-queue', packages: ['refresh-fetch-queue'], kind: 'requests' },
  { id: 'fetch-extras', name: 'fetch-extras', packages: ['fetch-extras'], kind: 'requests' },
  {
    id: 'auth0-spa-js',
    name: '@auth0/auth0-spa-js',
    packages: ['@auth0/auth0-spa-js'],
    kind: 'tokens',
    cannot: { Node: NEEDS_PAGE },
  },
  {
    id: 'oidc-client-ts',
    name: 'oidc-client-ts',
    packages: ['oidc-client-ts'],
    kind: 'tokens',
    cannot: { Node: NEEDS_PAGE },
  },
  { id: 'supabase-auth-js', name: '@supabase/auth-js', packages: ['@supabase/auth-js'], kind: 'tokens' },
  {
    id: 'authkit-js',
    name: '@workos-inc/authkit-js',
    packages: ['@workos-inc/authkit-js'],
    kind: 'tokens',
    cannot: { Node: NEEDS_PAGE },
  },
  {
    id: 'oidc-spa',
    name: 'oidc-spa',
    packages: ['oidc-spa'],
    kind: 'tokens',
    cannot: { requests: 'its sign-in leaves the page', Node: NEEDS_PAGE, uploads: 'its sign-in leaves the page' },
  },
];

/** Not a peer of its own: the row of this package with the option that the server's readable cookie needs. */
export const WITH_HINT: Peer = { ...OURS, id: 'silent-refresh-with-hint', name: 'silent-refresh, with `hintCookie`' };
