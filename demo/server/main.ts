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

console.log(`
  silent-refresh demo: ${server.url}/

  1. Sign in as Ada, then "Expire tokens now" and "Send 20 requests": 20 answers, one refresh.
  2. Open a second tab: it is signed in at once, without a call to the server.
  3. Sign out in one tab, and look at the other.
  4. Set the fault to 503 and expire again: the session stays, and the calls back off.
  5. Sign in as Bob in one tab while Ada's requests wait in another: none of them is sent as Bob.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}
