/** Starts the demo: one server on this machine, its address, and what to try. */

import { createDemoServer, type DemoServer } from './app.ts';

const FIRST_PORT = Number(process.env.PORT || 5173);
const PORTS_TRIED = 20;

async function start(port: number): Promise<DemoServer> {
  try {
    return await createDemoServer({ port });
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken || port >= FIRST_PORT + PORTS_TRIED) throw error;
    return start(port + 1);
  }
}

const server = await start(FIRST_PORT);
// Slow enough to be watched.
Object.assign(server.settings, { refreshLatency: 300, apiLatency: 80 });

console.log(`
  silent-refresh demo: ${server.url}/

  1. Click a scenario, such as "6 tabs". Then play it beside that with the plain interceptor.
  2. By hand: sign in as Ada, "Expire tokens now", "Send 20 requests": 20 answers, one refresh.
  3. Open another tab: it is signed in at once, as a rule without a call to the server. Sign out in one, and look at the other.
  4. Set the fault to 503 and expire again: the session stays, and the calls back off.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}
