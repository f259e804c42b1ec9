/** Runs the example on this machine, at http://localhost:3000: `node main.ts`. Its users have the password "secret". */

import { randomBytes } from 'node:crypto';
import { serve } from '@hono/node-server';
import { exampleServer } from './example.ts';
import { familiesInMemory } from './family-store-memory.ts';
import { createRefreshTokens } from './refresh-tokens.ts';

const app = exampleServer({
  // Another one at each start: access tokens of before are refused then. Take yours from where your other secrets are.
  key: randomBytes(32),
  refreshTokens: createRefreshTokens(familiesInMemory(), { session: 86_400_000, overlap: 5_000 }),
  checkPassword: async (name, password) => (password === 'secret' ? name : undefined),
  log: (entry) => console.log(entry),
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 3000 }, ({ port }) => console.log(`http://localhost:${port}`));
