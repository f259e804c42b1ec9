/** `auth.fetch`: attach the token → send → on a 401 refresh → replay once. */

import { BodyNotReplayableError } from '../errors.js';
import { emit } from '../events.js';
import { resolveUrl, withoutQuery } from '../page.js';
import { recordAccepted, recordRefused } from '../refresh/fruitless-refreshes.js';
import {
  immediateToken,
  type TokenDemand,
  tokenFor,
  type UsableSession,
  userVersionOfCall,
} from '../refresh/usable-token.js';
import type { AccessToken } from '../session/access-token.js';
import { unmetChallenge } from './challenge.js';
import { isRequest, replayableRequest } from './replayable-request.js';
import { covers, type TokenScope } from './token-scope.js';

export type ShouldRefresh = (response: Response, request: Request) => boolean | Promise<boolean>;

/** A session whose token requests bear. */
export interface BearerSession extends UsableSession, TokenScope {
  readonly shouldRefresh?: ShouldRefresh | undefined;
}

/** A stream can't be replayed, so its token should outlast the upload's start. */
const STREAM_VALIDITY = 30_000;
/** RFC 9110 §9.2.1. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Where nothing has to be waited for, the request is sent in the same tick, as `fetch` does it. */
export async function authorizedFetch(
  session: BearerSession,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  // A Request may stand for init, but its members can't be listed.
  if (init instanceof Request) return authorizedFetch(session, new Request(input, init));
  const { fetch } = session;
  const url = resolveUrl(isRequest(input) ? input.url : input);
  if (!url || !covers(session, url)) return fetch(input, init);
  const request = replayableRequest(input, init, url, fetch);
  if (request.isAuthorized) return request.send(undefined);

  const { method, signal, body } = request;
  const summary = { method, url: withoutQuery(url) };
  const label = `${method} ${summary.url}`;

  /** Whether the answer asks for another token; remembers which addresses do. */
  const isRefused = async (answer: Response, token: AccessToken): Promise<boolean> => {
    // Browsers drop the token when a redirect leaves the origin: an answer from elsewhere isn't about it.
    // (Some mocks say so without a URL.)
    const answeredAt = answer.redirected && answer.url ? new URL(answer.url) : url;
    if (answeredAt.origin !== url.origin || !covers(session, answeredAt)) return false;
    const { status } = answer;
    const challenge = unmetChallenge(answer);
    if (challenge) emit(session, 'challenge', { ...summary, status, ...challenge });
    // What was redirected has been processed: a 303 after a POST, say, whose own GET met the 401.
    if (answer.redirected && !SAFE_METHODS.includes(method)) return false;
    const asksForRefresh =
      (await session.shouldRefresh?.(answer, new Request(url, { method }))) ?? (status === 401 && !challenge);
    if (asksForRefresh) recordRefused(session.fruitless, label, token);
    // A sick server doesn't say whether it would have accepted the token.
    else if (status < 500) recordAccepted(session.fruitless, label);
    return asksForRefresh;
  };

  const caller = userVersionOfCall(session, signal);
  const userVersion = typeof caller === 'number' ? caller : await caller;
  const minValidity = body === 'one-shot' ? STREAM_VALIDITY : undefined;
  const demand: TokenDemand = { label, userVersion, signal, minValidity };
  const atHand = immediateToken(session, demand);
  const token = atHand ? atHand.token : await tokenFor(session, demand);
  const response = await request.send(token);
  if (!token || !(await isRefused(response, token))) return response;

  // Unread, it would keep its connection busy.
  const discard = () => response.body?.cancel().catch(() => {});
  const fresh = await tokenFor(session, { ...demand, refused: token.value }).catch((error) => {
    discard();
    throw error;
  });
  if (!fresh) return response;
  discard();
  if (body === 'one-shot') {
    throw new BodyNotReplayableError(
      `${label} met a ${response.status}, and a stream can't be sent twice: call again with a new one.`,
    );
  }
  const replay = await request.send(fresh);
  emit(session, 'replayed', { ...summary, status: replay.status });
  await isRefused(replay, fresh);
  return replay;
}
