/** A server with an auth world for each test, which is right but for the mistakes that the test makes; it knows all that it has issued. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless it is text. */
  readonly body?: object | string;
  /** Milliseconds that a slow server takes. */
  readonly slowness?: number;
}

/** What is wrong, by path: `/refresh`, `/login`, `/logout`, `/api/…`. */
export type Mistakes = Readonly<Record<string, Answer | ((world: World) => Answer)>>;

export interface WorldOptions {
  readonly mistakes?: Mistakes | undefined;
  /** The attributes of its cookie, where they aren't right. */
  readonly cookie?: string | undefined;
  /** The headers of CORS, where other origins ask. */
  readonly cors?: Readonly<Record<string, string>> | undefined;
}

export interface World {
  /** Its path on the server: without a slash at the end. */
  readonly path: string;
  /** From now on. */
  mistakes: Mistakes;
  /** How often a path was called. */
  calls(path: string): number;
  /** An answer with tokens, as after a login. */
  tokens(lifetime?: number): { readonly access_token: string; readonly expires_in: number };
  /** The API refuses all tokens that were issued so far. */
  expire(): void;
}

export interface MistakenServer {
  readonly port: number;
  /** Every token and every cookie that it has issued. */
  readonly issued: readonly string[];
  addWorld(options?: WorldOptions): World;
  close(): Promise<void>;
}

const FOR_ALL = {
  'Access-Control-Allow-Methods': '*',
  'Access-Control-Allow-Headers': 'X-Requested-With, Authorization, Content-Type',
};
/** What docs/server.md asks of servers of another origin; `*` stands for the page that asks. */
export const RIGHT_CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Expose-Headers': 'Date, Retry-After, WWW-Authenticate',
};

/** @param pages what is served beside the worlds, by path */
export async function startMistakenServer(
  pages: Readonly<Record<string, { type: string; text: string }>>,
): Promise<MistakenServer> {
  const issued: string[] = [];
  const worlds = new Map<string, (request: IncomingMessage, path: string) => Answer>();
  const secret = (value: string): string => {
    issued.push(value);
    return value;
  };

  function addWorld({ mistakes = {}, cookie, cors = {} }: WorldOptions = {}): World {
    const path = `/world-${worlds.size + 1}`;
    const counts = new Map<string, number>();
    const sessions = new Set<string>();
    let accepted = new Set<string>();
    const tokens = (lifetime = 300) => {
      const iat = Math.floor(Date.now() / 1_000);
      const parts = [{ alg: 'none' }, { sub: 'ada', iat, exp: iat + lifetime, jti: randomUUID() }];
      const jwt = secret(
        [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'c2ln'].join('.'),
      );
      accepted.add(jwt);
      return { access_token: jwt, expires_in: lifetime };
    };
    const world: World = {
      path,
      mistakes,
      calls: (path) => counts.get(path) ?? 0,
      tokens,
      expire() {
        accepted = new Set();
      },
    };
    const granted = (): Answer => {
      const refreshToken = secret(randomUUID());
      sessions.add(refreshToken);
      const attributes = cookie ?? `HttpOnly; SameSite=Strict; Path=${path}`;
      return { headers: { 'Set-Cookie': `refresh=${refreshToken}; ${attributes}` }, body: tokens() };
    };
    const right = ({ headers }: IncomingMessage, below: string): Answer => {
      const [, presented = ''] = /(?:^|; )refresh=([^;]*)/.exec(headers.cookie ?? '') ?? [];
      if (below === '/login') return granted();
      if (below === '/refresh')
        return sessions.delete(presented) ? granted() : { status: 401, body: { error: 'no session' } };
      if (below === '/logout') return { status: 204, headers: { 'Set-Cookie': `refresh=; Max-Age=0; Path=${path}` } };
      const isGood = accepted.has(String(headers.authorization).replace('Bearer ', ''));
      return isGood ? { body: { orders: [] } } : { status: 401, body: { error: 'invalid_token' } };
    };
    worlds.set(path, (request, below) => {
      counts.set(below, world.calls(below) + 1);
      const mistake = world.mistakes[below];
      const answer = (typeof mistake === 'function' ? mistake(world) : mistake) ?? right(request, below);
      return { ...answer, headers: { ...answer.headers, ...corsFor(request) } };
    });
    const corsFor = ({ headers: { origin } }: IncomingMessage) =>
      Object.fromEntries(Object.entries(cors).map(([name, value]) => [name, value === '*' ? String(origin) : value]));
    return world;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://server.test');
    const [, path = '', below = ''] = /^(\/[^/]+)(.*)$/.exec(pathname) ?? [];
    const page = pages[pathname];
    const found: Answer = page
      ? // A sandboxed frame's origin is "null", and modules want CORS.
        { headers: { 'Content-Type': page.type, 'Access-Control-Allow-Origin': '*' }, body: page.text }
      : (worlds.get(path)?.(request, request.method === 'OPTIONS' ? '/preflight' : below) ?? { status: 404 });
    if (found.slowness) await sleep(found.slowness);
    const isText = typeof found.body === 'string';
    const type = found.body && { 'Content-Type': isText ? 'text/plain' : 'application/json' };
    const status = request.method === 'OPTIONS' ? 204 : (found.status ?? 200);
    response.writeHead(status, { 'Cache-Control': 'no-store', ...type, ...FOR_ALL, ...found.headers });
    response.end(status === 204 ? undefined : isText ? found.body : JSON.stringify(found.body));
  }

  const server = createServer((request, response) => {
    request.resume();
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    issued,
    addWorld,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
