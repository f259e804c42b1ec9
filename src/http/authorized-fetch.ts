/** `auth.fetch`: attach the token → send → on a 401 refresh → replay once. */

import { BodyNotReplayableError } from '../errors.js';
import type { Events, RequestSummary } from '../events.js';
import type { UsableToken } from '../refresh/usable-token.js';
import type { Session } from '../session/session.js';
import { unmetChallenge } from './challenge.js';
import { replayableRequest } from './replayable-request.js';
import type { TokenScope } from './token-scope.js';

export type ShouldRefresh = (response: Response, request: Request) => boolean | Promise<boolean>;

/** A stream can't be replayed, so its token should outlast the upload's beginning. */
const STREAM_VALIDITY = 30_000;

export function createAuthorizedFetch(parts: {
  fetch: typeof globalThis.fetch;
  scope: TokenScope;
  session: Session;
  tokens: UsableToken;
  shouldRefresh: ShouldRefresh | undefined;
  events: Events;
}): typeof globalThis.fetch {
  const { fetch, scope, session, tokens, events } = parts;

  return async function authorizedFetch(input, init) {
    // A Request may stand for init, but its members can't be spread.
    if (init instanceof Request) return authorizedFetch(new Request(input, init), undefined);
    const request = replayableRequest(input, init, fetch);
    if (!request || !scope.covers(request.url)) return fetch(input, init);

    const { method, url, signal, body } = request;
    const summary = { method, url: url.origin + url.pathname };
    const demand = { label: `${method} ${summary.url}`, tenure: session.tenure(), signal };
    const obtained = tokens.obtain(body === 'one-shot' ? { ...demand, minValidity: STREAM_VALIDITY } : demand);
    const token = obtained instanceof Promise ? await obtained : obtained;
    if (!token) return fetch(input, init);

    const response = await request.send(token);
    if (!(await asksForRefresh(response, url, summary))) return response;
    const fresh = await tokens.replace(token, demand);
    if (!fresh) return response;
    // Unread, it would keep its connection busy.
    response.body?.cancel().catch(() => {});
    if (body === 'one-shot') {
      throw new BodyNotReplayableError(
        `${demand.label} met a ${response.status}, and a stream can't be sent twice. The token is fresh now: call again.`,
      );
    }
    const replay = await request.send(fresh);
    tokens.replayed(fresh, replay.status === response.status ? 'refused' : 'accepted');
    events.emit('replayed', { ...summary, status: replay.status });
    return replay;
  };

  async function asksForRefresh(response: Response, url: URL, summary: RequestSummary): Promise<boolean> {
    // Browsers drop the token when a redirect leaves the origin: an answer from elsewhere isn't about it.
    const answeredAt = response.redirected ? new URL(response.url) : url;
    if (answeredAt.origin !== url.origin || !scope.covers(answeredAt)) return false;
    const { status } = response;
    const challenge = unmetChallenge(response);
    if (challenge) events.emit('challenge', { ...summary, status, ...challenge });
    return (
      parts.shouldRefresh?.(response, new Request(url, { method: summary.method })) ?? (status === 401 && !challenge)
    );
  }
}
