/** What goes wrong at a server when a test says so: for the next answers, or until it is cleared. */

export type Endpoint = 'signIn' | 'refresh' | 'signOut' | 'api';

/**
 * - `'unavailable'`: 503, with a `Retry-After`.
 * - `'error'`: 500, as a server that has crashed answers it.
 * - `'html'`: 403 with a page, as proxies and firewalls have it.
 * - `'drop'`: no answer; the connection breaks, and `fetch` rejects.
 * - `'hang'`: no answer, until the fault is cleared. Then the server answers as usual.
 * - `'challenge'`: a 401 that no refresh can mend. The API asks for a fresher sign-in (RFC 9470), the others say `invalid_client`.
 * - `'unauthorized'`: a 401 as for an expired token. The API refuses good tokens, too. The refresh endpoint says `invalid_grant`.
 * - A function gives an answer of your own. Where it gives `undefined`, the server answers as usual.
 */
export type Fault = 'unavailable' | 'error' | 'html' | 'drop' | 'hang' | 'challenge' | 'unauthorized' | FaultyAnswer;

type FaultyAnswer = (request: Request) => Response | undefined | Promise<Response | undefined>;

export interface FaultOptions {
  /** How many answers it spoils. @default Infinity until it is cleared */
  readonly times?: number | undefined;
  /** Seconds, in the `Retry-After` of `'unavailable'`. @default 1 */
  readonly retryAfter?: number | undefined;
  /**
   * `true`: the server does its work first, and only the answer is spoiled. A refresh that is lost so has spent its refresh
   * token.
   *
   * @default false
   */
  readonly afterProcessing?: boolean | undefined;
}

export interface FaultSwitch {
  /** Resolves when the first request has met the fault. */
  readonly met: Promise<void>;
  /** The fault is over. Answers that hang are sent. */
  clear(): void;
}

export interface Faults {
  /** The last fault that was set for the endpoint counts, for as long as it lasts. */
  set(endpoint: Endpoint, fault: Fault, options?: FaultOptions): FaultSwitch;
  clear(): void;
  /** @param process the server's work; it is done once */
  meet<Answer>(
    endpoint: Endpoint,
    request: Request,
    process: () => Answer,
  ): Promise<Response | { answer: Awaited<Answer> }>;
}

interface ActiveFault {
  readonly isLate: boolean;
  left: number;
  meet(request: Request): Promise<Response | undefined>;
}

export function createFaults(): Faults {
  const active = new Map<Endpoint, Set<ActiveFault>>();
  const switches = new Set<FaultSwitch>();

  function take(endpoint: Endpoint): ActiveFault | undefined {
    const fault = [...(active.get(endpoint) ?? [])].findLast(({ left }) => left > 0);
    if (fault) fault.left--;
    return fault;
  }

  return {
    set(endpoint, kind, { times = Infinity, retryAfter = 1, afterProcessing = false } = {}) {
      const met = signal();
      const cleared = signal();
      const fault: ActiveFault = {
        isLate: afterProcessing,
        left: times,
        async meet(request) {
          met.give();
          if (kind === 'hang') await cleared.given;
          return typeof kind === 'function' ? kind(request) : answerOf(kind, endpoint, retryAfter);
        },
      };
      active.set(endpoint, (active.get(endpoint) ?? new Set()).add(fault));
      const faultSwitch: FaultSwitch = {
        met: met.given,
        clear() {
          active.get(endpoint)?.delete(fault);
          switches.delete(faultSwitch);
          cleared.give();
        },
      };
      switches.add(faultSwitch);
      return faultSwitch;
    },

    clear() {
      for (const each of switches) each.clear();
    },

    async meet(endpoint, request, process) {
      const fault = take(endpoint);
      if (!fault) return { answer: await process() };
      if (!fault.isLate) return (await fault.meet(request)) ?? { answer: await process() };
      const answer = await process();
      return (await fault.meet(request)) ?? { answer };
    },
  };
}

const PAGE = '<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1><p>The proxy does not let you pass.</p>';

function answerOf(kind: Exclude<Fault, FaultyAnswer>, endpoint: Endpoint, retryAfter: number): Response | undefined {
  switch (kind) {
    case 'unavailable':
      return json('temporarily_unavailable', 503, { 'Retry-After': String(Math.ceil(retryAfter)) });
    case 'error':
      return json('server_error', 500);
    case 'html':
      return new Response(PAGE, { status: 403, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
    case 'drop':
      return Response.error();
    case 'challenge':
      return endpoint === 'api'
        ? refusal('insufficient_user_authentication', ', max_age=0')
        : json('invalid_client', 401);
    case 'unauthorized':
      return endpoint === 'api' ? refusal('invalid_token') : json('invalid_grant', 401);
    default:
      return undefined;
  }
}

/** An answer that says by a word of OAuth what is wrong. */
export const json = (error: string, status: number, headers?: Record<string, string>): Response =>
  Response.json({ error }, { status, headers: { 'Cache-Control': 'no-store', ...headers } });

/** How an API refuses a token (RFC 6750 §3). Where none was sent there is no error code. */
export const refusal = (error: string | undefined, more = ''): Response =>
  json(error ?? 'invalid_token', 401, { 'WWW-Authenticate': error ? `Bearer error="${error}"${more}` : 'Bearer' });

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
