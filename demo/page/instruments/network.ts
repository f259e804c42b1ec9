/** The page's way to the network: it records what goes over it, and can be cut, as in a tunnel. */

import { createStore } from '../shared/store.ts';
import { type AuthSpan, markOf, now, type RequestSpan, type Sending } from '../trace/spans.ts';
import type { Recorder } from './recorder.ts';

export interface Network {
  /** For the client's `fetch` option, and for the page's own login. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Wraps the client's `fetch`: from the call to its answer, with each sending in between. */
  asSeenByCallers(send: typeof fetch): typeof fetch;
  readonly isCut: boolean;
  /** Calls the listener when the network is cut or comes back; returns its undo. */
  subscribe(listener: () => void): () => void;
  cut(): void;
  restore(): void;
}

const ID = 'X-Request-Id';

const AUTH_CALLS: Readonly<Record<string, AuthSpan['kind']>> = {
  refresh: 'refresh',
  login: 'sign-in',
  logout: 'sign-out',
};

export function createNetwork(recorder: Recorder): Network {
  const underWay = new Map<string, { sendings: readonly Sending[]; change: (sendings: readonly Sending[]) => void }>();
  let count = 0;
  let endOffline: (() => void) | undefined;
  const cut = createStore(false);

  async function reach(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (cut.get()) throw new TypeError('Failed to fetch');
    return globalThis.fetch(input, init);
  }

  async function recordAuthCall(kind: AuthSpan['kind'], send: () => Promise<Response>): Promise<Response> {
    const change = recorder.begin<AuthSpan['kind']>({ kind });
    return send().then(
      (response) => {
        change({ to: now(), status: response.status });
        return response;
      },
      (error) => {
        change({ to: now(), status: 0 });
        throw error;
      },
    );
  }

  async function recordSending(id: string, headers: Headers, send: () => Promise<Response>): Promise<Response> {
    const request = underWay.get(id);
    if (!request) return send();
    const token = markOf(headers.get('Authorization')?.replace(/^Bearer /, ''));
    const before = request.sendings;
    const note = (sending: Sending) => {
      request.sendings = [...before, sending];
      request.change(request.sendings);
    };
    const sending: Sending = token ? { from: now(), token } : { from: now() };
    note(sending);
    try {
      const response = await send();
      note({ ...sending, to: now(), status: response.status });
      return response;
    } catch (error) {
      note({ ...sending, to: now(), status: 0 });
      throw error;
    }
  }

  return {
    async fetch(input, init) {
      const kind = AUTH_CALLS[/\/auth\/(\w+)$/.exec(pathOf(input))?.[1] ?? ''];
      if (kind) return recordAuthCall(kind, () => reach(input, init));
      const headers = headersOf(input, init);
      return recordSending(headers.get(ID) ?? '', headers, () => reach(input, init));
    },

    asSeenByCallers: (send) => async (input, init) => {
      const headers = headersOf(input, init);
      const id = headers.get(ID) ?? `${recorder.tab.id.slice(0, 8)}-${++count}`;
      headers.set(ID, id);
      const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
      const label = `${method} ${pathOf(input)}`;
      const change = recorder.begin<RequestSpan['kind']>({ kind: 'request', label, sendings: [] });
      underWay.set(id, { sendings: [], change: (sendings) => change({ sendings }) });
      try {
        const response = await send(input, { ...init, headers });
        change({ to: now(), outcome: String(response.status) });
        return response;
      } catch (error) {
        change({ to: now(), outcome: error instanceof Error ? error.name : String(error) });
        throw error;
      } finally {
        underWay.delete(id);
      }
    },

    get isCut() {
      return cut.get();
    },
    subscribe: cut.subscribe,

    cut() {
      if (cut.get()) return;
      const change = recorder.begin({ kind: 'offline' });
      endOffline = () => change({ to: now() });
      cut.set(true);
      tellPage('offline', false);
    },

    restore() {
      endOffline?.();
      endOffline = undefined;
      cut.set(false);
      tellPage('online', true);
    },
  };
}

/** What the browser itself would say. */
function tellPage(event: 'online' | 'offline', onLine: boolean): void {
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => onLine });
  dispatchEvent(new Event(event));
}

const pathOf = (input: RequestInfo | URL): string =>
  new URL(input instanceof Request ? input.url : input, location.href).pathname;

/** As fetch sees them: those of `init`, if there are any, stand in place of the request's own. */
const headersOf = (input: RequestInfo | URL, init: RequestInit | undefined): Headers =>
  new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
