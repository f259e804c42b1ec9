/** A server of another origin, which any page may ask; it keeps what it was sent. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ForeignRequest {
  readonly path: string;
  /** How many requests for this path have come, this one among them. */
  readonly time: number;
  readonly authorization: string | undefined;
}

export interface ForeignAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ForeignServer {
  readonly port: number;
  readonly url: string;
  /** Oldest first; without the preflights. */
  readonly seen: readonly ForeignRequest[];
}

const ANY_PAGE_MAY_ASK = {
  'Access-Control-Allow-Headers': 'Authorization, X-Request-Id',
  'Access-Control-Allow-Methods': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate',
};

/** Closed at the end of the test. */
export async function startForeignServer(
  answer: (request: ForeignRequest) => ForeignAnswer = () => ({ status: 200 }),
): Promise<ForeignServer> {
  const seen: ForeignRequest[] = [];
  const server = createServer(({ method, url: path = '', headers: { origin = '*', authorization } }, response) => {
    for (const [name, value] of Object.entries(ANY_PAGE_MAY_ASK)) response.setHeader(name, value);
    // After a redirect from another origin it is "null".
    response.setHeader('Access-Control-Allow-Origin', origin);
    if (method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const request = { path, time: seen.filter((each) => each.path === path).length + 1, authorization };
    seen.push(request);
    const { status, headers } = answer(request);
    response.writeHead(status, headers).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, seen };
}
