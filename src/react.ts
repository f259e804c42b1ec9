/** `silent-refresh/react`: the client for a tree of components, who is signed in, and a guard for what is not for all. */

'use client';

export { AuthProvider, type AuthProviderProps } from './react/provider.js';
export { SignedIn, type SignedInProps } from './react/signed-in.js';
export { type Auth, useAuth } from './react/use-auth.js';
