/** `auth.fetch`: attach the token → send → on a 401 refresh → replay once. */

import { BodyNotReplayableError } from '../errors.js';
import type { Events } from '../events.js';
import type { UsableToken } from '../refresh/usable-token.js';
import type { Session } from '../session/session.js';
import { unmetChallenge } from './challenge.js';
import { hasAuthorization, type ReplayableRequest, replayableRequest, resolveUrl } from './replayable-request.js';
import type { TokenScope } from './token-scope.js';

export type ShouldRefresh = (response: Response, request: Request) => boolean | Promise<boolean>;

/** A stream can't be replayed, so its token should outlast the upload's beginning. */
const STREAM_VALIDITY = 30_000;

export function createAuthorizedFetch(parts: {
  fetch: typeof globalThis.fetch;
  /** What relative URLs are resolved against. */
  base: () => string | undefined;
  scope: TokenScope;
  session: Session;
  tokens: UsableToken;
  shouldRefresh: ShouldRefresh | undefined;
  events: Events;
}): typeof globalThis.fetch {
  const { fetch, scope, session, tokens, events } = parts;

  return async function authorizedFetch(input, init) {
    const url = resolveUrl(input, parts.base());
    if (!url || !scope.covers(url) || hasAuthorization(input, init)) return fetch(input, init);

    const request = replayableRequest(input, init, url, fetch);
    const { method } = request;
    const demand = { label: `${method} ${request.url}`, tenure: session.tenure(), signal: request.signal };
    const minValidity = request.body === 'one-shot' ? STREAM_VALIDITY : undefined;
    const obtained = tokens.obtain({ ...demand, minValidity });
    const token = obtained instanceof Promise ? await obtained : obtained;
    if (!token) return fetch(input, init);

    const response = await request.send(token);
    if (!(await asksForRefresh(response, request, url))) return response;
    const fresh = await tokens.replace(token, demand);
    if (!fresh) return response;
    // Unread, it would keep its connection busy.
    response.body?.cancel().catch(() => {});
    if (request.body === 'one-shot') {
      throw new BodyNotReplayableError(
        `${demand.label} met a ${response.status}, and its body is a stream, which can be sent only once. The token has been refreshed: call again with a new stream.`,
      );
    }
    const replay = await request.send(fresh);
    tokens.replayed(fresh, replay.status === response.status ? 'refused' : 'accepted');
    events.emit('replayed', { method, url: request.url, status: replay.status });
    return replay;
  };

  async function asksForRefresh(response: Response, { method, url }: ReplayableRequest, target: URL): Promise<boolean> {
    // Browsers drop the token when a redirect leaves the origin: an answer from elsewhere isn't about it.
    const answeredAt = response.redirected ? new URL(response.url) : target;
    if (answeredAt.origin !== target.origin || !scope.covers(answeredAt)) return false;
    const challenge = unmetChallenge(response);
    if (challenge) events.emit('challenge', { method, url, status: response.status, ...challenge });
    if (parts.shouldRefresh) return parts.shouldRefresh(response, new Request(target, { method }));
    return response.status === 401 && !challenge;
  }
}
