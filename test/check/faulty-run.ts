/** Runs the command against a server with faults, and looks for secrets in what it says. */

import { expect } from 'vitest';
import { type Checked, checked, signInBy } from './checked.ts';
import { type AnyFault, type FaultyServer, ORIGIN, startFaultyServer } from './faulty-server.ts';

const KEY = 'key-in-the-query';

export async function checkServer(
  server: FaultyServer,
  more: readonly string[] = ['--origin', ORIGIN],
): Promise<Checked> {
  const args = [`${server.url}/auth/refresh?key=${KEY}`, '--sign-out', `${server.url}/auth/logout?key=${KEY}`];
  return checked(
    ['check', ...args, '--sign-in', 'sign in', ...more],
    {
      run: signInBy(server.signIn),
      wait: async (ms) => server.passTime(ms),
      now: server.now,
      fetch(input, init) {
        server.passTime(server.latency);
        return fetch(String(input).replace('https:', 'http:'), init);
      },
    },
    [...server.issued, KEY],
  );
}

export async function withServer<T>(
  faults: readonly AnyFault[],
  use: (server: FaultyServer) => Promise<T>,
): Promise<T> {
  const server = await startFaultyServer(...faults);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

export const outcomesOf = (...faults: AnyFault[]): Promise<Checked> => outcomesWith([], ...faults);

/** @param more options */
export async function outcomesWith(more: readonly string[], ...faults: AnyFault[]): Promise<Checked> {
  return withServer(faults, async (server) => {
    const result = await checkServer(server, ['--origin', ORIGIN, ...more]);
    // Known only now.
    for (const secret of server.issued) expect(result.output).not.toContain(secret);
    return result;
  });
}
