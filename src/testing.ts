/** `silent-refresh/testing`: a client to set by hand for component tests, and a strict auth server for Mock Service Worker. */

export type { RequestHandler } from './testing/requests.js';
export { authServer } from './testing/server/auth-server.js';
export type {
  AuthServer,
  AuthServerCounts,
  AuthServerOptions,
  IssuedToken,
  MswHttp,
  ServerUser,
} from './testing/server/auth-server-face.js';
export type { Endpoint, Fault, FaultOptions, FaultSwitch } from './testing/server/faults.js';
export { createTestAuth, type TestAuth, type TestAuthOptions } from './testing/test-auth.js';
export type { TestUser } from './testing/test-user.js';
