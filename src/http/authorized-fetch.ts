/** `auth.fetch`: attach the token → send → on a 401 refresh → replay once. */

import { BodyNotReplayableError } from '../errors.js';
import { emit, type RequestSummary, reportProblem } from '../events.js';
import { resolveUrl, withoutQuery } from '../page.js';
import { recordAccepted, recordRefused, recordReplayRefused } from '../refresh/fruitless-refreshes.js';
import type { RefreshParts } from '../refresh/refreshing.js';
import { immediateToken, type TokenDemand, tokenFor } from '../refresh/usable-token.js';
import type { AccessToken } from '../session/access-token.js';
import { userVersionOfCall } from '../session/sign-ins.js';
import type { Caller } from '../session/user-version.js';
import { abortable, unlessOpen, within } from '../wait.js';
import { unmetChallenge } from './challenge.js';
import { isRequest, type ReplayableRequest, replayableRequest } from './replayable-request.js';
import { covers, isAuthEndpoint, type TokenScope } from './token-scope.js';

/** `undefined`: the built-in rule decides. */
export type ShouldRefresh = (
  response: Response,
  request: Request,
) => boolean | undefined | Promise<boolean | undefined>;

export interface RequestSettings {
  readonly fetch: typeof globalThis.fetch;
  readonly tokenScope: TokenScope;
  readonly shouldRefresh: ShouldRefresh | undefined;
}

/** A stream can't be replayed, so its token should outlast the upload's start. */
const STREAM_VALIDITY = 30_000;
/** These methods are safe to repeat (RFC 9110 §9.2.1). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Where nothing has to be waited for, the request is sent in the same tick, as `fetch` does it.
 *
 * @param caller whose request it is, where it isn't the user's of now
 */
export async function authorizedFetch(
  settings: RequestSettings,
  parts: RefreshParts,
  caller: Caller | undefined,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  // A Request may stand for init, but its members can't be listed.
  if (init instanceof Request) return authorizedFetch(settings, parts, caller, new Request(input, init));
  const { fetch, tokenScope } = settings;
  const url = resolveUrl(isRequest(input) ? input.url : input);
  const usedMethod = init?.method ?? (isRequest(input) ? input.method : 'GET');
  if (!url || !covers(tokenScope, url, usedMethod))
    return fetchElsewhere(settings, parts, { url, method: usedMethod }, input, init);
  const request = replayableRequest(input, init, url, fetch);
  if (!request.takesToken) return request.send(undefined);

  const { method, signal, body } = request;
  const label = `${method} ${withoutQuery(url)}`;
  const user = caller?.userVersion ?? userVersionOfCall(parts.session, signal);
  const userVersion = typeof user === 'number' ? user : await abortable(user, signal);
  const minValidity = body === 'one-shot' ? STREAM_VALIDITY : undefined;
  const demand: TokenDemand = { label, userVersion, signal, minValidity };
  const immediate = immediateToken(parts, demand);
  const token = immediate ? immediate.token : await tokenFor(parts, demand);
  const response = await request.send(token);
  const sent: SentRequest = { method, url, label, signal };
  if (!token) return response;
  const refused = isRefused(settings, parts, sent, response, token);
  // Where no rule of the app's own judges, the answer is passed on in the tick it comes.
  if (!(typeof refused === 'boolean' ? refused : await refused)) return response;
  return replay(settings, parts, request, sent, response, { ...demand, refused: token.value });
}

/** Where the token may not go: plain `fetch`. */
async function fetchElsewhere(
  { fetch, tokenScope }: RequestSettings,
  { session }: RefreshParts,
  { url, method }: { readonly url: URL | undefined; readonly method: string },
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Promise<Response> {
  const response = await fetch(input, init);
  // Whether a foreign API should have the token is for the app to say. While nobody is signed in, a 401 says nothing.
  if (url && response?.status === 401 && session.record.token && !isAuthEndpoint(tokenScope, url, method))
    reportProblem(session.listeners, { code: 'origin-not-allowed', url: withoutQuery(url), origin: url.origin });
  return response;
}

/** Once, with another token than the one that was refused; the refusal itself where there is none. */
async function replay(
  settings: RequestSettings,
  parts: RefreshParts,
  request: ReplayableRequest,
  sent: SentRequest,
  refusal: Response,
  demand: TokenDemand,
): Promise<Response> {
  // Unread, it would keep its connection busy.
  const discard = () => refusal.body?.cancel().catch(() => {});
  const token = await tokenFor(parts, demand).catch((error) => {
    discard();
    throw error;
  });
  const { session, refreshing } = parts;
  // Another 401 may be about a token that nobody has just refreshed, or come while another user signs in.
  const reportIfHopeless = () => {
    if (refreshing.fruitless.hopeless.has(sent.label))
      reportProblem(session.listeners, { code: 'fresh-token-refused', ...summaryOf(sent) });
  };
  if (!token) {
    reportIfHopeless();
    return refusal;
  }
  if (request.keepalive) await abortable(readToItsEnd(parts, refusal), sent.signal);
  else discard();
  if (request.body === 'one-shot') {
    throw new BodyNotReplayableError(
      `${sent.label} met a ${refusal.status}, and a stream can't be sent twice: call again with a new one.`,
    );
  }
  const response = await request.send(token);
  emit(session.listeners, 'replayed', { ...summaryOf(sent), status: response.status });
  if (await isRefused(settings, parts, sent, response, token)) {
    recordReplayRefused(refreshing.fruitless, sent.label, token);
    reportIfHopeless();
  }
  return response;
}

/**
 * Chromium counts the bodies of all `keepalive` requests whose answers it still reads, and refuses what goes beyond 64 KiB:
 * https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
 */
async function readToItsEnd({ settings }: RefreshParts, answer: Response): Promise<void> {
  await within(settings.deadlines.answerBody, answer.text()).catch(() => {});
}

interface SentRequest {
  readonly method: string;
  readonly url: URL;
  /** How errors name it. */
  readonly label: string;
  readonly signal: AbortSignal | null | undefined;
}

const summaryOf = ({ method, url }: SentRequest): RequestSummary => ({ method, url: withoutQuery(url) });

/** Whether the answer asks for another token; remembers which addresses do. Without a rule of the app's own it is known at once. */
function isRefused(
  settings: RequestSettings,
  parts: RefreshParts,
  sent: SentRequest,
  answer: Response,
  token: AccessToken,
): boolean | Promise<boolean> {
  const { tokenScope, shouldRefresh } = settings;
  const { session } = parts;
  const { method, url } = sent;
  const { status } = answer;
  // Browsers drop the token when a redirect leaves the origin: an answer from elsewhere isn't about it.
  // (Some mocks say so without a URL.)
  if (answer.redirected && answer.url) {
    const answeredAt = new URL(answer.url);
    if (answeredAt.origin !== url.origin || !covers(tokenScope, answeredAt)) return false;
  }
  const challenge = unmetChallenge(answer);
  if (challenge) emit(session.listeners, 'challenge', { ...summaryOf(sent), status, ...challenge });
  // What was redirected has been processed: a 303 after a POST, say, whose own GET met the 401.
  if (answer.redirected && !SAFE_METHODS.includes(method)) {
    if (status === 401 && !challenge)
      reportProblem(session.listeners, { code: 'request-not-replayed', ...summaryOf(sent) });
    return false;
  }
  const byStatus = status === 401 && !challenge;
  if (shouldRefresh)
    return judgedByApp(shouldRefresh, parts, sent, answer).then((judged) =>
      recordVerdict(parts, sent.label, status, token, judged ?? byStatus),
    );
  // The caller may have left meanwhile.
  sent.signal?.throwIfAborted();
  return recordVerdict(parts, sent.label, status, token, byStatus);
}

/** By the option `shouldRefresh`; `undefined` where it has no opinion. */
function judgedByApp(
  shouldRefresh: ShouldRefresh,
  { settings, session }: RefreshParts,
  { method, url, signal }: SentRequest,
  answer: Response,
): Promise<boolean | undefined> {
  const judged = async () => shouldRefresh(answer, new Request(url, { method }));
  // An error of its own must not cost the caller the answer. The request may have been processed.
  const safelyJudged = judged().catch((error) => {
    (globalThis.reportError ?? console.error)(error);
    return undefined;
  });
  // The caller may leave while it is judged, and it may never end.
  return abortable(within(settings.deadlines.caller, unlessOpen(session.disposed, safelyJudged)), signal);
}

/** Remembers what the address thought of the token; returns the verdict. */
function recordVerdict(
  { refreshing: { fruitless } }: RefreshParts,
  label: string,
  status: number,
  token: AccessToken,
  asksForRefresh: boolean,
): boolean {
  if (asksForRefresh) recordRefused(fruitless, label, token);
  // A sick server doesn't say whether it would have accepted the token.
  else if (status < 500) recordAccepted(fruitless, label, token);
  return asksForRefresh;
}
