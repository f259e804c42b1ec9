/** What any HTTP client must do by the recipe of its page, on a strict server that rotates refresh tokens. */

import { type AuthClient, isAuthError } from 'silent-refresh';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';
import { gate, until } from '../world/waiting.ts';
import { outliveToken } from './expired-token.ts';
import { reasonOf } from './failures.ts';
import { recipeOf } from './recipe.ts';

/** One client, as its page has it. */
export interface Caller {
  /** Reads what is below this path of the API, with the client's own means to abort, and gives what the API answered. */
  read(path: string, signal?: AbortSignal): Promise<unknown>;
  /** Writes there. */
  write?(path: string, body: { readonly amount: number }): Promise<unknown>;
  /** The error of ours, or its code, where the page says that it is; it gets what the call was rejected with. */
  errorIn?(rejection: unknown): unknown;
}

export interface World {
  readonly server: AuthServer;
  readonly auth: AuthClient;
  readonly caller: Caller;
}

export interface Setting {
  /** Makes the client by its page. */
  open(auth: AuthClient, server: AuthServer): Caller | Promise<Caller>;
  /** The tab of the page, where it isn't the README's. */
  tab?(): AuthClient | Promise<AuthClient>;
  /** How the API says that it doesn't take the token; a 401 otherwise. */
  before?(server: AuthServer): void;
  /** How many requests the client makes of twenty reads at once, where it makes fewer. */
  sends?: number;
  /** Of the refusal of a token, as the server sends it. */
  refusal?: number;
  /** `false`: the client has no means to abort a read. */
  aborts?: boolean;
}

const TWENTY = Array.from({ length: 20 }, (_, index) => `/orders/${index}`);

/** Node's `Request` takes a relative URL to be one of the page, as a browser does. */
export function takeRelativeUrls(): void {
  const ORIGIN = Symbol.for('undici.globalOrigin.1');
  beforeEach(() => {
    Object.defineProperty(globalThis, ORIGIN, { value: new URL(location.href), configurable: true, writable: true });
  });
  afterEach(() => {
    Object.defineProperty(globalThis, ORIGIN, { value: undefined, configurable: true, writable: true });
  });
}

/** Runs the snippet of `docs/clients/` that holds this text, with the client of a test as `./auth`. */
export const clientRecipe = <Exports>(page: string, text: string, auth: AuthClient): Promise<Exports> =>
  recipeOf<Exports>(`docs/clients/${page}.md`, text, { './auth': { auth } });

/** Makes the client that a page's own `auth.ts` makes, as a tab that is closed after the test. */
export async function tabOfPage(page: string): Promise<AuthClient> {
  const silentRefresh = await import('silent-refresh');
  const { auth } = await recipeOf<{ auth: AuthClient }>(`docs/clients/${page}.md`, '// auth.ts', {
    'silent-refresh': { ...silentRefresh, createAuthClient: openTab },
  });
  return auth;
}

export function serves({ open, tab, before, sends = 20, refusal = 401, aborts = true }: Setting): void {
  takeRelativeUrls();

  async function signedIn(): Promise<World> {
    const server = startAuthServer();
    before?.(server);
    const auth = tab ? await tab() : openTab();
    await auth.signIn(server.login('ada'));
    return { server, auth, caller: await open(auth, server) };
  }

  /** The API refuses Ada's token, though nobody knows it yet. */
  async function expired(): Promise<World> {
    const world = await signedIn();
    world.server.expireAccessTokens();
    return world;
  }

  const codeOf = ({ errorIn = (error: unknown) => error }: Caller, rejection: unknown) => {
    const error = errorIn(rejection);
    return isAuthError(error) ? error.code : error;
  };

  it('twenty reads that meet a refused token cost one refresh, and all are sent again', async () => {
    const { server, caller } = await expired();
    const held = server.holdRefresh();
    const reads = Promise.all(TWENTY.map((path) => caller.read(path)));
    await until(() => server.apiRequests.length === sends, 'all were refused');
    held.release();

    expect(await reads).toEqual(TWENTY.map(() => ({ user: 'ada', generation: 2 })));
    expect(server).toMatchObject({ refreshCalls: 1, reuseAlarms: 0, overlaps: 0 });
    const statuses = server.apiRequests.map(({ status, generation }) => `${generation}: ${status}`).sort();
    expect(statuses).toEqual([...Array(sends).fill(`1: ${refusal}`), ...Array(sends).fill('2: 200')]);
  });

  it('twenty reads after a known expiry wait for one refresh, and none is refused', async () => {
    const { server, caller } = await signedIn();
    outliveToken();
    const answers = await Promise.all(TWENTY.map((path) => caller.read(path)));

    expect(answers).toEqual(TWENTY.map(() => ({ user: 'ada', generation: 2 })));
    expect(server).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
    expect(server.apiRequests.map(({ status }) => status)).toEqual(Array(sends).fill(200));
  });

  it('a write is sent again once, with the same body', async () => {
    const { server, caller } = await expired();
    if (!caller.write) return;
    expect(await caller.write('/payments', { amount: 7 })).toEqual({ user: 'ada', generation: 2 });

    const [first, second, ...more] = server.apiRequests;
    expect(more).toEqual([]);
    expect([first?.status, second?.status]).toEqual([refusal, 200]);
    const [firstBody = '', secondBody = ''] = [first, second].map((each) => new TextDecoder().decode(each?.body));
    expect(firstBody).not.toBe('');
    expect(secondBody).toBe(firstBody);
    expect(second?.headers.get('content-type')).toBe(first?.headers.get('content-type'));
  });

  it('a token endpoint that is down comes out as refresh-unavailable, and nobody is signed out', async () => {
    const { server, auth, caller } = await expired();
    server.answerRefresh = () => Response.json({}, { status: 500 });

    const rejection = await reasonOf(caller.read('/orders'));

    expect(codeOf(caller, rejection)).toBe('refresh-unavailable');
    expect(auth.getState().status).toBe('signed-in');
    expect(server.apiRequests).toHaveLength(1);
  });

  it('the end of the session comes out as session-expired, and nothing more is sent', async () => {
    const { server, auth, caller } = await expired();
    server.revoke('ada');

    const rejection = await reasonOf(caller.read('/orders'));

    expect(codeOf(caller, rejection)).toBe('session-expired');
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' });
    expect(server.apiRequests).toHaveLength(1);
  });

  it('a read of Ada’s that waits is not sent as Bob (P7)', async () => {
    const { server, auth, caller } = await expired();
    const held = server.holdRefresh();
    const rejected = reasonOf(caller.read('/orders'));
    await held.arrived;
    await auth.setSession(server.signIn('bob'));
    held.release();

    expect(codeOf(caller, await rejected)).toBe('session-changed');
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('a second refusal is the caller’s answer: no third sending, no second refresh', async () => {
    const { server, caller } = await expired();
    const own = server.answerApi;
    server.answerApi = async (request, answer) => {
      if (answer.status === 200) server.expireAccessTokens();
      const refused = Response.json({ error: 'invalid_token' }, { status: 401 });
      return own ? own(request, refused) : refused;
    };
    const rejection = await reasonOf(caller.read('/orders'));

    expect(rejection).toBeDefined();
    expect(codeOf(caller, rejection)).not.toBeTypeOf('string');
    expect(server.apiRequests).toHaveLength(2);
    expect(server.refreshCalls).toBe(1);
  });

  if (!aborts) return;

  it('a read that is aborted while it waits is left at once, and the refresh goes on for the others', async () => {
    const { server, caller } = await expired();
    const held = server.holdRefresh();
    const leaving = new AbortController();
    const left = gate();
    const aborted = caller.read('/orders/left', leaving.signal).then(
      () => left.open(),
      () => left.open(),
    );
    const stays = caller.read('/orders/stays');
    await held.arrived;
    await until(() => server.apiRequests.length === Math.min(2, sends), 'both were refused');
    leaving.abort();
    await left.opened;
    await aborted;
    held.release();

    expect(await stays).toEqual({ user: 'ada', generation: 2 });
    expect(server.refreshCalls).toBe(1);
    const again = server.apiRequests.filter(({ generation }) => generation === 2);
    expect(again).toHaveLength(1);
    expect(again[0]?.url).not.toContain('left');
  });
}
