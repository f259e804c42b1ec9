/** The way between a page and the servers, and the cookie jar of the browser. */

import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import { isInBody, refreshTokenIn } from './holder.ts';
import type { Machine } from './machine.ts';
import type { Answer, Endpoint, Server, ServerRequest } from './server.ts';
import type { Timeline } from './timeline.ts';

export const APP = 'https://app.test';
export const API = 'https://api.test';

/** What a request meets instead of its usual answer. */
export type Fault =
  /** Nothing is processed; seconds of `Retry-After`. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number | undefined }
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'redirect' }
  /** The connection dies before the server has seen the request, or after it has processed it. */
  | { readonly kind: 'lost-before' }
  | { readonly kind: 'lost-after' }
  /** It is processed, and a proxy answers 502. */
  | { readonly kind: 'broken-gateway' }
  /** It is processed, its cookie arrives, if it has one, and nobody can read the answer. */
  | { readonly kind: 'garbled' }
  /** Milliseconds that the answer takes longer. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The browser sends it once more by itself, as it does when an idle connection dies. */
  | { readonly kind: 'resent' };

/** One request on its way. */
export interface Exchange {
  readonly number: number;
  readonly page: NetworkUser;
  readonly request: ServerRequest;
  readonly keepalive: boolean;
  readonly sentAt: number;
  /** Timeline's time at which the server acted. */
  processedAt?: number;
  /** What came back, or would have. */
  answer?: Answer;
  /** Timeline's time at which it was over for the browser. */
  endedAt?: number;
  /** Timeline's time at which its page took the answer, or the failure. */
  heardAt?: number;
  /** What the browser met. */
  end?: 'answered' | 'failed' | 'aborted';
  /** It was processed, and the refresh token of the answer did not reach the browser. */
  isAnswerLost?: boolean;
  /** Its page went, and it was not `keepalive`. */
  isLeftBehind?: boolean;
  /** Its page went into the back/forward cache, and never hears of the answer. */
  isUnheard?: boolean;
  /** Its tab knew of nobody when it sent it. */
  isOfVisitor?: boolean;
  /** The browser sent it a second time. */
  isResent?: boolean;
}

export interface NetworkUser {
  readonly id: number;
  readonly isAlive: boolean;
  readonly isCached: boolean;
  readonly isFrozen: boolean;
  readonly goneAt: number;
  readonly lastStillAt: number;
  readonly frozenAt: number;
  readonly lostLocksAt: number;
  /** What its relative URLs are resolved against. */
  readonly document: { readonly baseURI: string };
  runTask(run: () => void): void;
}

export interface Network {
  /** The refresh token in the cookie jar that all pages share. */
  readonly cookie: string | undefined;
  /** The hint cookie beside it; empty: there is none. */
  readonly hint: string;
  /** Timeline's milliseconds at which somebody else has changed one of them last: no page of ours. */
  touchedAt: number;
  /** Somebody deletes the hint cookie by hand. */
  deleteHint(): void;
  /** A page of the server's own signs out, or an app on another subdomain. */
  signOutElsewhere(): void;
  /** Timeline's milliseconds at which the hint cookie has changed last. */
  hintChangedAt: number;
  onHint: ((by: NetworkUser | undefined) => void) | undefined;
  /** The refresh token that came last to the browser, also where no cookie holds it. */
  newestRefreshToken: string | undefined;
  /** All that was ever sent. */
  readonly exchanges: Exchange[];
  /** What the next requests to an endpoint meet, the first one first. */
  readonly faults: Map<Endpoint, Fault[]>;
  /** What a page has as `fetch`. */
  fetchFor(page: NetworkUser): typeof fetch;
  /** The connection goes: all that is under way fails. */
  cut(): void;
  /** The page goes into the back/forward cache. */
  cache(page: NetworkUser): void;
  /** The page has gone: only what is `keepalive` goes on. */
  forget(page: NetworkUser): void;
  /** A page of the server's own sets the cookie. */
  navigateTo(begin: () => string): void;
  /** Timeline's milliseconds at which that happened last. */
  navigatedAt: number;
  /**
   * A login that the client knew nothing of ran beside one of its own requests to the auth server, or one beside a request
   * that it had given up: it is left to chance whose cookie came last.
   */
  isCookieLeftToChance: boolean;
  onSend: ((exchange: Exchange) => void) | undefined;
  onEnd: ((exchange: Exchange) => void) | undefined;
}

/** Milliseconds. */
const JUST_NOW = 1_000;

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  [`${APP}/auth/refresh`]: 'refresh',
  [`${APP}/auth/logout`]: 'sign-out',
  [`${APP}/auth/revoke`]: 'sign-out',
  [`${APP}/auth/login`]: 'login',
};

export function createNetwork(
  timeline: Timeline,
  chance: Chance,
  machine: Machine,
  server: Server,
  engine: Engine,
): Network {
  let lastCut = -1;
  const inBody = isInBody(server.rules);
  const underWay = new Map<Exchange, (reason: unknown, end: 'failed' | 'aborted') => void>();
  let cookie: string | undefined;
  let hint = '';

  /** @param by the page whose request has brought it */
  function setHint(value: string, by?: NetworkUser): void {
    if (value === hint) return;
    hint = value;
    network.hintChangedAt = timeline.now;
    network.onHint?.(by);
  }

  function setCookie(value: string | undefined, by?: NetworkUser): void {
    cookie = value;
    setHint(value ? server.hintOf(value) : '', by);
  }

  const network: Network = {
    get cookie() {
      return cookie;
    },
    get hint() {
      return hint;
    },
    touchedAt: Number.NEGATIVE_INFINITY,
    hintChangedAt: Number.NEGATIVE_INFINITY,
    deleteHint() {
      network.touchedAt = timeline.now;
      setHint('');
    },
    signOutElsewhere() {
      network.touchedAt = timeline.now;
      server.revoke(cookie);
      setCookie(undefined);
    },
    onHint: undefined,
    newestRefreshToken: undefined,
    exchanges: [],
    faults: new Map(),
    fetchFor: (page) => (input, init) => send(page, input, init),
    cut() {
      lastCut = timeline.now;
      for (const fail of [...underWay.values()]) fail(new TypeError('Failed to fetch'), 'failed');
    },
    cache(page) {
      // In Chromium the page has its answers when it comes back; in Firefox those that haven't come until then.
      if (engine !== 'webkit') return;
      for (const [exchange, fail] of [...underWay]) {
        if (exchange.page !== page) continue;
        exchange.isUnheard = exchange.keepalive;
        exchange.isLeftBehind = !exchange.keepalive;
        if (!exchange.keepalive) fail(new TypeError('Load failed'), 'aborted');
      }
    },
    forget(page) {
      // A page that goes right after a login tells nobody whose the cookie is.
      const isFresh = ({ endedAt = -1 }: Exchange) => timeline.now - endedAt < JUST_NOW;
      if (network.exchanges.some((each) => each.page === page && each.request.endpoint === 'login' && isFresh(each)))
        leaveCookieToChance();
      for (const [exchange, fail] of [...underWay])
        if (exchange.page === page && !exchange.keepalive) {
          exchange.isLeftBehind = true;
          fail(undefined, 'aborted');
        }
    },
    navigatedAt: -1,
    navigateTo(begin) {
      network.navigatedAt = timeline.now;
      noteLogin();
      // Other tabs that refresh learn whose the cookie is from its token, if that says so.
      if (server.rules.tokens === 'opaque') leaveCookieToChance();
      network.touchedAt = timeline.now;
      setCookie(begin());
      network.newestRefreshToken = network.cookie;
    },
    isCookieLeftToChance: false,
    onSend: undefined,
    onEnd: undefined,
  };

  const isLoginAtAnyTime = ({ request }: Exchange) => request.headers.get('x-login') === 'at any time';
  const isOfAuth = ({ request }: Exchange) => request.endpoint !== 'api';

  const hasBeenLoginSince = ({ sentAt }: Exchange) =>
    network.exchanges.some(({ request, endedAt = -1 }) => request.endpoint === 'login' && endedAt > sentAt);

  function leaveCookieToChance(): void {
    if (!inBody) network.isCookieLeftToChance = true;
  }

  function noteLogin(): void {
    if ([...underWay.keys()].some(isOfAuth)) leaveCookieToChance();
  }

  const travel = (stream: string) =>
    chance.next(stream) < 0.9 ? chance.between(stream, 1, 60) : chance.between(stream, 60, 900);

  async function send(page: NetworkUser, input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const given = typeof input === 'object' && 'clone' in input ? input : undefined;
    const url = new URL(given?.url ?? String(input), page.document.baseURI);
    const signal = init.signal ?? given?.signal;
    if (signal?.aborted) throw signal.reason;
    const endpoint = ENDPOINTS[url.origin + url.pathname] ?? 'api';
    // As fetch does it, all that the caller may change is read now.
    const headers = new Headers(init.headers ?? given?.headers);
    const body = readBody(init.body, given);
    if (typeof body !== 'string') timeline.awaitReal(body);
    const stream = `network ${page.id} ${endpoint}`;
    const exchange: Exchange = {
      number: network.exchanges.length,
      page,
      request: {
        endpoint,
        path: url.pathname,
        method: (init.method ?? given?.method ?? 'GET').toUpperCase(),
        headers,
        // Set below, where it takes a while to read.
        body: typeof body === 'string' ? body : '',
        refreshToken: url.origin === APP ? network.cookie : undefined,
      },
      keepalive: init.keepalive ?? false,
      sentAt: timeline.now,
    };
    if (typeof body !== 'string') void body.then((text) => Object.assign(exchange.request, { body: text }));
    else if (inBody) Object.assign(exchange.request, { refreshToken: refreshTokenIn(endpoint, body) });
    network.exchanges.push(exchange);
    if (isLoginAtAnyTime(exchange)) noteLogin();
    else if (isOfAuth(exchange) && [...underWay.keys()].some(isLoginAtAnyTime)) leaveCookieToChance();
    network.onSend?.(exchange);
    const fault = machine.isOnline ? network.faults.get(endpoint)?.shift() : ({ kind: 'lost-before' } as const);
    return new Promise((resolve, reject) => {
      const end = (how: NonNullable<Exchange['end']>) => {
        exchange.end = how;
        exchange.endedAt = timeline.now;
        underWay.delete(exchange);
        stopListening();
        network.onEnd?.(exchange);
      };
      const fail = (reason: unknown, how: 'failed' | 'aborted') => {
        if (exchange.end) return;
        exchange.isAnswerLost = exchange.processedAt !== undefined;
        end(how);
        page.runTask(() => {
          exchange.heardAt = timeline.now;
          reject(reason);
        });
      };
      /** Chromium and WebKit tell the page that it is aborted; what is `keepalive` goes on all the same. */
      let goesOn = false;
      const onAbort = () => {
        goesOn = engine !== 'firefox' && exchange.keepalive;
        fail(reasonOfAbort(engine, exchange, signal), 'aborted');
      };
      const stopListening = () => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort);
      underWay.set(exchange, fail);

      const arrive = (answer: Answer) => {
        if (exchange.end && !(goesOn && lastCut < exchange.sentAt)) return;
        // The jar is the browser's own: the page may be gone, or frozen.
        if (answer.setCookie !== undefined) setCookie(answer.setCookie ?? undefined, page);
        if (answer.takesHint) setHint('', page);
        // Nor does one that stands still, or has given the login up.
        if (endpoint === 'login' && (page.isFrozen || exchange.end)) leaveCookieToChance();
        // A refresh that was given up lays its cookie over that of a later login.
        if (answer.setCookie && exchange.end && hasBeenLoginSince(exchange)) leaveCookieToChance();
        if (exchange.end) {
          if (answer.setCookie !== undefined) exchange.isAnswerLost = false;
          return;
        }
        network.newestRefreshToken = answer.refreshToken ?? network.newestRefreshToken;
        end('answered');
        if (engine === 'firefox' && page.isCached) exchange.isUnheard = true;
        if (exchange.isUnheard) return;
        page.runTask(() => {
          exchange.heardAt = timeline.now;
          resolve(responseOf(answer));
        });
      };
      const lose = () => fail(new TypeError('Failed to fetch'), 'failed');

      if (fault?.kind === 'lost-before') {
        timeline.after(chance.between(stream, 0, 20), lose);
        return;
      }
      timeline.after(travel(stream), () => {
        // What was given up early has not left the machine; else the server gets it all the same.
        if (exchange.end && !goesOn && chance.next(stream) < 0.5) return;
        const answer = process(exchange, fault);
        const back = travel(stream) + (fault?.kind === 'slow' ? fault.ms : 0);
        if (exchange.end) exchange.isAnswerLost = true;
        if (!exchange.end || goesOn)
          timeline.after(back, () => (fault?.kind === 'lost-after' ? lose() : arrive(answer)));
      });
    });
  }

  function process(exchange: Exchange, fault: Fault | undefined): Answer {
    exchange.answer = answerTo(exchange, fault);
    return exchange.answer;
  }

  function answerTo(exchange: Exchange, fault: Fault | undefined): Answer {
    if (fault?.kind === 'status') {
      const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': String(fault.retryAfter) };
      return { status: fault.status, body: {}, headers };
    }
    if (fault?.kind === 'html') return { status: fault.status, body: '<html></html>' };
    if (fault?.kind === 'redirect') return { status: 302, body: '', headers: { Location: '/elsewhere' } };
    exchange.processedAt = timeline.now;
    const answer = server.handle(exchange.request);
    if (fault?.kind === 'broken-gateway') {
      exchange.isAnswerLost = true;
      return { status: 502, body: {} };
    }
    if (fault?.kind === 'garbled' && exchange.request.endpoint !== 'api' && answer.status === 200) {
      // The refresh token in its body can't be read, either.
      if (inBody) exchange.isAnswerLost = true;
      return { ...answer, body: 'garbled', refreshToken: answer.setCookie ?? undefined };
    }
    if (fault?.kind !== 'resent') return answer;
    exchange.isResent = true;
    return server.handle(exchange.request);
  }
  return network;
}

/** The signal's own, where the engine obeys the standard. */
function reasonOfAbort(engine: Engine, { keepalive }: Exchange, signal: AbortSignal | null | undefined): unknown {
  if (engine === 'webkit' || (engine === 'firefox' && keepalive))
    return new DOMException('The operation was aborted.', 'AbortError');
  return signal?.reason;
}

/** At once where that can be. */
function readBody(body: BodyInit | null | undefined, given: Request | undefined): string | Promise<string> {
  if (body == null) return given?.body ? given.clone().text() : '';
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return String(body);
  if (body instanceof FormData) return JSON.stringify([...body]);
  if (body instanceof ArrayBuffer) return Buffer.from(body.slice(0)).toString();
  return new Response(body).text();
}

function responseOf({ status, body, headers, redirectedTo }: Answer): Response {
  const isText = typeof body === 'string';
  const response = new Response(body === undefined ? null : isText ? body : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': isText ? 'text/html' : 'application/json', ...headers },
  });
  // No constructor can say so.
  if (redirectedTo)
    Object.defineProperties(response, { redirected: { value: true }, url: { value: API + redirectedTo } });
  return response;
}
