/** P11: what is sent, and sent again, is the request as it was when `auth.fetch` was called. */

import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { pageFetch, setBase, show } from '../../world/page.ts';
import { plainly } from '../../world/plainly.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab } from '../../world/tabs.ts';
import { gate, rest } from '../../world/waiting.ts';

const URL_OF_ALL = `${API}/upload?a=1`;
/** Letters, so that what a failing test prints can be read. */
const bytes = () => Uint8Array.from({ length: 40 }, (_, i) => 97 + (i % 26));

/** A call, and what its caller does right after it. */
interface Call {
  readonly input: RequestInfo | URL;
  readonly init?: RequestInit | undefined;
  change?(): void;
}

const upload = (body: BodyInit, change: () => void): Call => ({
  input: URL_OF_ALL,
  init: { method: 'POST', body },
  change,
});
const transfer = (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] });
/** For what browsers take, and the types don't know. */
const asHeaders = (headers: Iterable<readonly [string, string]>) => headers as unknown as HeadersInit;

const changes: { what: string; make: () => Call }[] = [
  {
    what: 'URLSearchParams that change',
    make() {
      const body = new URLSearchParams({ id: '1' });
      return upload(body, () => body.set('id', '2'));
    },
  },
  {
    what: 'a form that changes',
    make() {
      const body = new FormData();
      body.append('title', 'Grüße');
      body.append('file', new File([bytes()], 'scan.bin'));
      return upload(body, () => {
        body.set('title', 'changed');
        body.delete('file');
      });
    },
  },
  {
    what: 'an ArrayBuffer that changes',
    make() {
      const body = bytes();
      return upload(body.buffer, () => body.fill(0));
    },
  },
  {
    what: 'an ArrayBuffer that a worker takes over',
    make() {
      const { buffer } = bytes();
      return upload(buffer, () => transfer(buffer));
    },
  },
  {
    what: 'a typed array that changes',
    make() {
      const body = bytes();
      return upload(body, () => body.fill(0));
    },
  },
  {
    what: 'part of a typed array that a worker takes over',
    make() {
      const all = bytes();
      return upload(all.subarray(10, 30), () => transfer(all.buffer));
    },
  },
  {
    what: 'a view of wider numbers that changes',
    make() {
      const body = new Uint16Array(bytes().buffer);
      return upload(body, () => body.fill(0));
    },
  },
  {
    what: 'a DataView that changes',
    make() {
      const all = bytes();
      return upload(new DataView(all.buffer, 10, 20), () => all.fill(0));
    },
  },
  {
    what: 'Headers that change',
    make() {
      const headers = new Headers({ 'x-id': '7' });
      return { input: URL_OF_ALL, init: { headers }, change: () => headers.set('x-id', '8') };
    },
  },
  {
    what: 'an object of headers that changes',
    make() {
      const headers: Record<string, string> = { 'x-id': '7' };
      const change = () => Object.assign(headers, { 'x-id': '8', 'x-more': '9' });
      return { input: URL_OF_ALL, init: { method: 'PUT', headers }, change };
    },
  },
  {
    what: 'a list of headers that changes',
    make() {
      const headers: [string, string][] = [['x-id', '7']];
      return { input: URL_OF_ALL, init: { headers }, change: () => headers.push(['x-more', '9']) };
    },
  },
  {
    what: 'an init that changes',
    make() {
      const init: RequestInit = { method: 'POST', body: 'one', headers: { 'x-id': '7' } };
      const change = () => Object.assign(init, { method: 'PUT', body: 'two', headers: { 'x-id': '8' } });
      return { input: URL_OF_ALL, init, change };
    },
  },
  {
    what: 'a URL that changes',
    make() {
      const input = new URL(URL_OF_ALL);
      const change = () => {
        input.search = '?a=2';
      };
      return { input, init: { method: 'DELETE' }, change };
    },
  },
  {
    what: 'a Request whose headers change',
    make() {
      const input = new Request(URL_OF_ALL, { method: 'POST', body: '{}', headers: { 'x-id': '7' } });
      return { input, change: () => input.headers.set('x-id', '8') };
    },
  },
  {
    what: 'a page that moves on',
    make: () => ({
      input: 'api/items?a=1',
      init: { method: 'POST', body: 'one' },
      change: () => setBase('https://app.test/api/elsewhere/'),
    }),
  },
];

class Inherited {
  readonly #body = 'one';
  get method() {
    return 'POST';
  }
  get headers() {
    return { 'x-id': '7' };
  }
  get body() {
    return this.#body;
  }
}

const shapes: { what: string; make: () => Call }[] = [
  {
    what: 'an init that inherits its members',
    make: () => ({
      input: URL_OF_ALL,
      init: Object.assign(Object.create({ method: 'POST', headers: { 'x-id': '7' } }), { body: 'one' }),
    }),
  },
  { what: 'an init of getters', make: () => ({ input: URL_OF_ALL, init: new Inherited() }) },
  {
    what: 'an init of getters over a Request',
    make: () => ({ input: new Request(URL_OF_ALL, { headers: { 'x-old': '1' } }), init: new Inherited() }),
  },
  {
    what: 'headers that can be read once',
    make: () => ({ input: URL_OF_ALL, init: { headers: asHeaders(new Map([['x-id', '7']]).entries()) } }),
  },
  {
    what: 'headers that can be read once, over a Request',
    make: () => ({
      input: new Request(URL_OF_ALL, { method: 'PUT', body: 'one', headers: { 'x-old': '1' } }),
      init: { headers: asHeaders(new Headers({ 'x-id': '7' }).entries()) },
    }),
  },
];

/** Where a call may find the session; `goOn` ends its wait, if there is one. */
const moments: { when: string; sends: number; begin: () => Promise<Moment> }[] = [
  {
    when: 'a good token',
    sends: 2,
    async begin() {
      const { server, auth } = await signedIn({ fetch: pageFetch });
      return { server, auth, goOn: () => {} };
    },
  },
  {
    when: 'a wait for a refresh',
    sends: 2,
    async begin() {
      stopClocks();
      show('hidden');
      const { server, auth } = await signedIn({ fetch: pageFetch });
      outliveToken();
      return { server, auth, goOn: server.holdRefresh().release };
    },
  },
  {
    when: 'a restore that finds a session',
    sends: 2,
    async begin() {
      const server = startAuthServer();
      server.signIn('ada');
      return { server, auth: openTab({ fetch: pageFetch }), goOn: server.holdRefresh().release };
    },
  },
  {
    when: 'a restore that finds nobody',
    sends: 1,
    async begin() {
      const server = startAuthServer();
      const answer = gate<Response>();
      server.answerRefresh = () => answer.opened;
      const goOn = () => answer.open(new Response('{}', { status: 401 }));
      return { server, auth: openTab({ fetch: pageFetch }), goOn };
    },
  },
  {
    when: 'nobody signed in',
    sends: 1,
    async begin() {
      const { server, auth } = await signedIn({ fetch: pageFetch });
      await auth.signOut();
      return { server, auth, goOn: () => {} };
    },
  },
];

interface Moment {
  readonly server: ReturnType<typeof startAuthServer>;
  readonly auth: ReturnType<typeof openTab>;
  goOn(): void;
}

describe.each(moments)('$when: the request as it was called (P11)', ({ sends, begin }) => {
  it.for([...changes, ...shapes])('the request is sent as by plain fetch: $what', async ({ make }) => {
    const { server, auth, goOn } = await begin();
    const plain = make();
    await pageFetch(plain.input, plain.init);
    // The first answer is a 401, so that whatever bears a token is sent twice.
    server.answerApi = () => (server.apiRequests.length === 1 ? refusal() : undefined);

    const { input, init, change } = make();
    const request = auth.fetch(input, init);
    change?.();
    await rest();
    goOn();
    await request;

    const [expected, ...sent] = server.apiRequests.map(plainly);
    expect(sent).toHaveLength(sends);
    for (const each of sent) expect(each).toEqual(expected);
  });
});

describe('a Request that its caller reads after the call (P11)', () => {
  it.for(moments)('a Request that its caller reads is sent whole: $when', async ({ sends, begin }) => {
    const { server, auth, goOn } = await begin();
    server.answerApi = () => (server.apiRequests.length ? undefined : refusal());
    const input = new Request(URL_OF_ALL, { method: 'POST', body: 'one' });

    const request = auth.fetch(input);
    await rest();
    // Where the call has spent it, as `fetch` does, there is nothing left to read.
    await input.text().catch((error: unknown) => expect(error).toBeInstanceOf(TypeError));
    goOn();
    await request;

    const sent = server.apiRequests.map(({ body }) => new TextDecoder().decode(body));
    expect(sent).toEqual(Array(sends).fill('one'));
  });
});

describe('with a good token (P11)', () => {
  const calls: { what: string; make: () => Call }[] = [
    { what: 'an address', make: () => ({ input: `${API}/orders` }) },
    { what: 'a URL with headers', make: () => ({ input: new URL(`${API}/orders`), init: { headers: { a: 'b' } } }) },
    { what: 'a Request', make: () => ({ input: new Request(`${API}/orders`, { method: 'POST', body: 'one' }) }) },
    { what: 'a form', make: () => ({ input: `${API}/orders`, init: { method: 'POST', body: new FormData() } }) },
    { what: 'a buffer', make: () => ({ input: `${API}/orders`, init: { method: 'POST', body: bytes() } }) },
    {
      what: 'a stream',
      make: () => ({
        input: `${API}/orders`,
        init: { method: 'POST', body: new Blob(['one']).stream(), duplex: 'half' } as RequestInit,
      }),
    },
  ];

  it.for(calls)('with a good token $what is sent before auth.fetch returns', async ({ make }) => {
    const sent: (string | null)[] = [];
    const { auth } = await signedIn({
      fetch: async (input, init) => {
        sent.push(new Headers(init?.headers ?? (input instanceof Request ? input.headers : {})).get('authorization'));
        return new Response('{}');
      },
    });
    const token = await auth.getAccessToken();
    const { input, init } = make();

    const request = auth.fetch(input, init);

    expect(sent).toEqual([`Bearer ${token}`]);
    await request;
  });

  it('calls reach fetch in the order in which they were made', async () => {
    const sent: string[] = [];
    const { auth } = await signedIn({
      fetch: async (input) => {
        sent.push(String(input));
        return new Response('{}');
      },
    });
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      void auth.fetch(`${API}/${name}`);
      order.push(`${API}/${name}`);
      // What goes elsewhere has never waited.
      void auth.fetch(`https://elsewhere.test/${name}`);
      order.push(`https://elsewhere.test/${name}`);
    }

    expect(sent).toEqual(order);
    await rest();
  });
});

describe('headers that can be read once, where there is nothing to add (P8)', () => {
  const own = () => asHeaders(new Map([['authorization', 'Basic YTpi']]).entries());

  it.for(moments)('an own Authorization arrives from an iterator: $when', async ({ begin }) => {
    const { server, auth, goOn } = await begin();

    const request = auth.fetch(`${API}/orders`, { headers: own() });
    goOn();
    await request;

    expect(server.apiRequests.map(({ authorization }) => authorization)).toEqual(['Basic YTpi']);
    // Nothing hangs on the wait that was prepared.
    await rest();
  });

  it('headers from an iterator arrive elsewhere, too', async () => {
    const { auth } = await signedIn({ fetch: pageFetch });
    const seen: (string | null)[] = [];
    network.use(
      http.get('https://elsewhere.test/', ({ request }) => {
        seen.push(request.headers.get('authorization'));
        return new Response('{}');
      }),
    );

    await auth.fetch('https://elsewhere.test/', { headers: own() });

    expect(seen).toEqual(['Basic YTpi']);
  });

  it('an init that inherits its members arrives elsewhere, too', async () => {
    const { auth } = await signedIn({ fetch: pageFetch });
    const seen: string[] = [];
    network.use(
      http.post('https://elsewhere.test/', async ({ request }) => {
        seen.push(`${await request.text()} ${request.headers.get('x-id')}`);
        return new Response('{}');
      }),
    );

    await auth.fetch('https://elsewhere.test/', new Inherited());

    expect(seen).toEqual(['one 7']);
  });
});

/** As the request of a service worker's fetch event, and each of its clones. */
function immutable(request: Request): Request {
  const clone = request.clone.bind(request);
  request.clone = () => immutable(clone());
  request.headers.set = () => {
    throw new TypeError('Headers are immutable');
  };
  return request;
}

describe('requests to which a browser lets nothing be added', () => {
  it('one whose headers can’t be changed is sent with the token all the same', async () => {
    const { server, auth } = await signedIn();
    const request = immutable(new Request(`${API}/orders`, { headers: { 'X-Of-The-Page': '1' } }));

    expect((await auth.fetch(request)).status).toBe(200);
    expect(server.apiRequests[0]?.user).toBe('ada');
    expect(server.apiRequests[0]?.headers.get('x-of-the-page')).toBe('1');
  });

  it('one without CORS is sent as fetch sends it, and its 401 costs no refresh', async () => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();
    for (const path of ['a', 'b', 'c']) await auth.fetch(`${API}/${path}`, { mode: 'no-cors' });
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests.map(({ authorization }) => authorization)).toEqual([null, null, null]);

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });
});
