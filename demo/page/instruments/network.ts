/** The page's way to the network: it can be watched, and it can be cut, as in a tunnel. */

import { createStore } from '../shared/store.ts';

/** A call, or one sending of it. */
export interface Call {
  /** The same for a call and for each of its sendings; '' for a sending that belongs to none. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

export interface Ending {
  /** 0: no answer came. */
  readonly status: number;
  /** The error's name. */
  readonly failure?: string;
}

/** Called when it begins; what it returns is called when it ends. */
export type Watcher = (call: Call) => ((ending: Ending) => void) | undefined;

export interface Network {
  /** For the client's `fetch` option, and for the page's own login. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Wraps the client's `fetch`, so that calls can be watched. */
  asSeenByCallers(send: typeof fetch): typeof fetch;
  /** From a call of the client's `fetch` to its answer. */
  onCall(watcher: Watcher): void;
  /** Each time that something goes over the network. */
  onSending(watcher: Watcher): void;
  readonly isCut: boolean;
  /** Calls the listener when the network is cut or comes back; returns its undo. */
  subscribe(listener: () => void): () => void;
  cut(): void;
  restore(): void;
}

const ID = 'X-Request-Id';

/** @param tab whose id begins the ids of its requests */
export function createNetwork(tab: string): Network {
  const calls = new Set<Watcher>();
  const sendings = new Set<Watcher>();
  const cut = createStore(false);
  let count = 0;

  async function reach(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (cut.get()) throw new TypeError('Failed to fetch');
    return globalThis.fetch(input, init);
  }

  return {
    async fetch(input, init) {
      return watch(sendings, callOf(input, init), () => reach(input, init));
    },

    asSeenByCallers: (send) => async (input, init) => {
      const { headers, ...call } = callOf(input, init);
      const id = call.id || `${tab.slice(0, 8)}-${++count}`;
      headers.set(ID, id);
      return watch(calls, { ...call, id, headers }, () => send(input, { ...init, headers }));
    },

    onCall: (watcher) => void calls.add(watcher),
    onSending: (watcher) => void sendings.add(watcher),

    get isCut() {
      return cut.get();
    },
    subscribe: cut.subscribe,

    cut() {
      if (cut.get()) return;
      cut.set(true);
      tellPage('offline', false);
    },

    restore() {
      cut.set(false);
      tellPage('online', true);
    },
  };
}

async function watch(watchers: Set<Watcher>, call: Call, send: () => Promise<Response>): Promise<Response> {
  const ends = [...watchers].map((watcher) => watcher(call));
  const end = (ending: Ending) => {
    for (const each of ends) each?.(ending);
  };
  return send().then(
    (response) => {
      end({ status: response.status });
      return response;
    },
    (error) => {
      end({ status: 0, failure: error instanceof Error ? error.name : String(error) });
      throw error;
    },
  );
}

/** What the browser itself would say. */
function tellPage(event: 'online' | 'offline', onLine: boolean): void {
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => onLine });
  dispatchEvent(new Event(event));
}

function callOf(input: RequestInfo | URL, init: RequestInit | undefined): Call {
  const request = input instanceof Request ? input : undefined;
  // As fetch sees them: those of `init`, if there are any, stand in place of the request's own.
  const headers = new Headers(init?.headers ?? request?.headers);
  return {
    id: headers.get(ID) ?? '',
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    path: new URL(input instanceof Request ? input.url : input, location.href).pathname,
    headers,
  };
}
