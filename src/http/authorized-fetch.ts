/** `auth.fetch`: attach the token → send → on a 401 refresh → replay once. */

import { BodyNotReplayableError } from '../errors.js';
import { emit } from '../events.js';
import { withoutQuery } from '../page.js';
import { replayed, tokenFor, type UsableSession } from '../refresh/usable-token.js';
import { unmetChallenge } from './challenge.js';
import { replayableRequest } from './replayable-request.js';
import { covers, type TokenScope } from './token-scope.js';

export type ShouldRefresh = (response: Response, request: Request) => boolean | Promise<boolean>;

/** A session whose token requests bear. */
export interface BearerSession extends UsableSession, TokenScope {
  readonly shouldRefresh?: ShouldRefresh | undefined;
}

/** A stream can't be replayed, so its token should outlast the upload's beginning. */
const STREAM_VALIDITY = 30_000;

export async function authorizedFetch(
  session: BearerSession,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  // A Request may stand for init, but its members can't be spread.
  if (init instanceof Request) return authorizedFetch(session, new Request(input, init));
  const { fetch, tenure } = session;
  const request = replayableRequest(input, init, fetch);
  if (!request || !covers(session, request.url)) return fetch(input, init);

  const { method, url, signal, body } = request;
  const summary = { method, url: withoutQuery(url) };
  const label = `${method} ${summary.url}`;
  const demand = { label, tenure, signal, minValidity: body === 'one-shot' ? STREAM_VALIDITY : undefined };
  const token = await tokenFor(session, demand);
  if (!token) return fetch(input, init);

  const response = await request.send(token);
  if (!(await asksForRefresh())) return response;
  // Unread, it would keep its connection busy.
  const discard = () => response.body?.cancel().catch(() => {});
  const fresh = await tokenFor(session, demand, token).catch((error) => {
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
  replayed(session, label, fresh, replay.status === response.status ? 'refused' : 'accepted');
  emit(session, 'replayed', { ...summary, status: replay.status });
  return replay;

  async function asksForRefresh(): Promise<boolean> {
    // Browsers drop the token when a redirect leaves the origin: an answer from elsewhere isn't about it.
    const answeredAt = response.redirected ? new URL(response.url) : url;
    if (answeredAt.origin !== url.origin || !covers(session, answeredAt)) return false;
    const { status } = response;
    const challenge = unmetChallenge(response);
    if (challenge) emit(session, 'challenge', { ...summary, status, ...challenge });
    return session.shouldRefresh?.(response, new Request(url, { method })) ?? (status === 401 && !challenge);
  }
}
