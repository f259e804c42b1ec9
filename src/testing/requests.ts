/** The requests of a test's client: whose they are, what they wait for, and what they are rejected with. */

import type { AuthClient } from '../auth-client.js';
import type { AnyAuthError } from '../errors.js';
import { isRequest, replayableRequest } from '../http/replayable-request.js';
import { resolveUrl, withoutQuery } from '../page.js';
import { type AccessToken, subjectOf } from '../session/access-token.js';
import type { Session } from '../session/session.js';
import { sessionGoneError } from '../session/session-gone.js';
import type { Caller } from '../session/user-version.js';
import { abortable } from '../wait.js';

type Token = AccessToken | undefined;
type Signal = AbortSignal | null | undefined;

export interface Requests {
  send(caller: Caller | undefined, input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  readonly getAccessToken: AuthClient['getAccessToken'];
  /** Resolves when it is known who is signed in; rejects after a `dispose()`. */
  known(label: string): Promise<void>;
  /** The same; resolves after a `dispose()`. */
  restored(): Promise<void>;
  /** Rejects what waits to learn who is signed in. */
  fail(error: AnyAuthError): void;
  rejectNext(error: AnyAuthError): void;
}

/** @param user the `subject` for whom the request is; `undefined` for a request without a token, or with an opaque one */
export type RequestHandler = (request: Request, user: string | undefined) => Response | Promise<Response>;

/** Where there is no page, relative URLs are still of some place. */
const NO_PAGE = 'http://localhost';

export function createRequests(session: Session, handler: RequestHandler | undefined): Requests {
  const waiting = new Set<(error: AnyAuthError) => void>();
  const rejections: AnyAuthError[] = [];
  const fetchFor =
    (user: string | undefined): typeof fetch =>
    async (input, init) =>
      handler ? handler(new Request(input, init), user) : fetch(input, init);

  const isUnknown = (): boolean => session.state.status === 'restoring' && !session.disposed.isOpen;

  function nextChange(signal: Signal): Promise<void> {
    const changed = new Promise<void>((resolve, reject) => {
      const forget = session.change.onOpen(() => {
        waiting.delete(fail);
        resolve();
      });
      const fail = (error: AnyAuthError) => {
        forget();
        reject(error);
      };
      waiting.add(fail);
    });
    return abortable(changed, signal);
  }

  async function restored(): Promise<void> {
    while (isUnknown()) await nextChange(undefined);
  }

  async function known(label: string): Promise<void> {
    await restored();
    if (session.disposed.isOpen) throw sessionGoneError(session, label);
  }

  /** A promise only where the call has to wait: else it is sent in the same tick, as by the real client. */
  function tokenFor(label: string, userVersion: number, signal: Signal): Token | Promise<Token> {
    const { disposed, record } = session;
    if (disposed.isOpen || session.userVersion !== userVersion) throw sessionGoneError(session, label);
    if (record.token || record.ended) return record.token;
    return nextChange(signal).then(() => tokenFor(label, userVersion, signal));
  }

  function begin(signal: Signal): void {
    signal?.throwIfAborted();
    const rejection = rejections.shift();
    if (rejection) throw rejection;
  }

  return {
    known,
    restored,

    async send(caller, input, init) {
      const url = resolveUrl(isRequest(input) ? input.url : input) ?? new URL(String(input), NO_PAGE);
      let sender: Token;
      const request = replayableRequest(input, init, url, (...sent) => fetchFor(subjectOf(sender))(...sent));
      const { method, signal } = request;
      begin(signal);
      if (!request.takesToken) return request.send(undefined);
      const label = `${method} ${withoutQuery(url)}`;
      const user = caller?.userVersion ?? session.userVersion;
      const userVersion = typeof user === 'number' ? user : await abortable(user, signal);
      const token = tokenFor(label, userVersion, signal);
      sender = token instanceof Promise ? await token : token;
      return request.send(sender);
    },

    async getAccessToken({ signal } = {}) {
      const label = 'getAccessToken()';
      begin(signal);
      const token = await tokenFor(label, session.userVersion, signal);
      if (!token) throw sessionGoneError(session, label);
      return token.value;
    },

    fail(error) {
      for (const reject of waiting) reject(error);
      waiting.clear();
    },

    rejectNext(error) {
      rejections.push(error);
    },
  };
}
