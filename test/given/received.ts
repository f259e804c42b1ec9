/** What the API has received, in its order. */

import type { ApiRequest, AuthServer } from '../world/auth-server.ts';

/** As whom each request came. */
export const usersOf = (server: AuthServer) => server.apiRequests.map(({ user }) => user);

/** Of which refresh each request's token was; the sign-in's is 1. */
export const generationsOf = (server: AuthServer) => server.apiRequests.map(({ generation }) => generation);

/** How each request was answered. */
export const statusesOf = (server: AuthServer) => server.apiRequests.map(({ status }) => status);

export const textOf = (request: ApiRequest | undefined) => new TextDecoder().decode(request?.body);
