/** Servers of the usual kinds, with tabs in this process: what they need of the client, and it of them. */

import { startBetterAuth } from './better-auth.ts';
import { startExpress } from './express.ts';
import { startFastify } from './fastify.ts';
import { startHono } from './hono.ts';
import { startNodeOAuth2Server } from './node-oauth2-server.ts';
import type { UsualServer } from './usual-server.ts';
import { type Kind, testUsualServer } from './usual-suite.ts';

const servers: [string, Kind, () => Promise<UsualServer>][] = [
  ['Hono with docs/server/example.ts', 'rotates', startHono],
  ['Express', 'rotates', startExpress],
  ['Fastify', 'rotates', startFastify],
  ['@node-oauth/oauth2-server', 'rotates', startNodeOAuth2Server],
  ['better-auth', 'doesn’t rotate', startBetterAuth],
];

for (const server of servers) testUsualServer(...server);
