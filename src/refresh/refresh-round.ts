/** The way of one refresh: ask the other tabs, wait for the pause, take the turn, look again, call. */

import type { RefreshUnavailableError } from '../errors.js';
import { emit } from '../events.js';
import { subjectOf } from '../session/access-token.js';
import type { Grant } from '../session/grant.js';
import { doubtUser, isSameSession, renewed } from '../session/session-changes.js';
import { hintNews } from '../session/session-hint.js';
import { isNewer, isOpen, type SessionRecord } from '../session/session-record.js';
import { noteAnswerTime } from '../tabs/answer-times.js';
import { clearNoSession, markPending } from '../tabs/pending-request-mark.js';
import { askPeers, handoverArrived, post, postChange } from '../tabs/session-sync.js';
import { runAlone, type Turn } from '../tabs/tab-lock.js';
import { abortable, elapsed, type Instant, now, opened } from '../wait.js';
import { applyMissingToken, applyVerdict, isSessionOver, knownAtCall, obeyLatePause } from './apply-verdict.js';
import { LEAST_PAUSE, pauseLeft } from './cool-down.js';
import { reportEndpointProblems } from './endpoint-problems.js';
import { recordBegun } from './fruitless-refreshes.js';
import { type Flight, type RefreshOutcome, type RefreshParts, unavailable } from './refreshing.js';
import { callTokenEndpoint } from './token-endpoint.js';
import type { Verdict } from './token-response.js';

/** Milliseconds. A failure that is told later says nothing of now: its page has stood still. */
const TOLD_WITHIN = 3_000;

export async function refreshRound(parts: RefreshParts, flight: Flight): Promise<RefreshOutcome> {
  const { session, tabs, refreshing } = parts;
  const began = now();
  let failure: RefreshUnavailableError | undefined;
  if (session.state.status === 'restoring') await askPeers(tabs, session);
  for (;;) {
    const isPaused = await pauseOver(parts, flight, began);
    if (hasChanged(parts, flight)) return 'changed';
    if (isPaused) return failure ?? isPaused;
    let outcome: RefreshOutcome;
    const queuedAt = now();
    try {
      outcome = await runAlone(tabs, (turn) => {
        DEVELOPMENT: emit(session.listeners, 'turn-came', { waited: Math.round(elapsed(queuedAt)) });
        return lookAgainAndCall(parts, flight, turn);
      });
    } catch (error) {
      return error as RefreshUnavailableError;
    }
    // Only where nothing was spent, here or in another tab, is the request sent again by itself.
    if (outcome === 'changed' || !refreshing.coolDown.pause?.mayRetry) return outcome;
    failure = outcome;
  }
}

const hasChanged = ({ session }: RefreshParts, { change }: Flight): boolean => session.change !== change;

/** Waits for the end of a pause, if there is one; an error where that would take longer than callers wait. */
async function pauseOver(
  parts: RefreshParts,
  flight: Flight,
  began: Instant,
): Promise<RefreshUnavailableError | undefined> {
  const { coolDown } = parts.refreshing;
  while (!hasChanged(parts, flight)) {
    const { pause } = coolDown;
    const left = pauseLeft(coolDown);
    // Without a pause it goes on, however long the page has stood still: behind an alert(), say.
    if (left && elapsed(began) + left > parts.settings.deadlines.caller)
      return unavailable(parts, `it is paused for ${left} ms after a failure`);
    flight.pause = pause;
    if (!pause || !left) return undefined;
    await opened(pause.end, left);
  }
  return undefined;
}

/** Under the lock: another tab may have brought a token, or met a failure, while this one waited for its turn. */
async function lookAgainAndCall(parts: RefreshParts, flight: Flight, turn: Turn): Promise<RefreshOutcome> {
  const { settings, session, tabs, refreshing } = parts;
  // A sign-in with the cookie begins a session of its own, whatever that of the others is.
  if (!session.cookieSignIn) await handoverArrived(tabs, session);
  // Back from the back/forward cache, it may have missed a refresh. Presenting an old refresh token would count as a theft.
  if (refreshing.schedule.isCatchingUp && !hasChanged(parts, flight)) await askPeers(tabs, session);
  const missing = await settings.tokenEndpoint.refreshToken?.find(session, tabs);
  if (hasChanged(parts, flight)) {
    DEVELOPMENT: emit(session.listeners, 'refresh-not-needed', {});
    return 'changed';
  }
  if (flight.isForHint && !hintNews(session)) {
    DEVELOPMENT: emit(session.listeners, 'refresh-not-needed', {});
    return 'changed';
  }
  const { coolDown } = refreshing;
  if (coolDown.pause !== flight.pause && pauseLeft(coolDown))
    return unavailable(parts, 'another refresh has just failed');
  if (missing) return applyMissingToken(parts, missing);
  turn.begin();
  flight.isSent = true;
  if (flight.isFor401) recordBegun(refreshing.fruitless);
  const answered = call(parts, flight, turn.signal);
  const forget = () => {
    if (refreshing.call === over) refreshing.call = undefined;
  };
  const over: Promise<void> = abortable(answered, turn.signal).then(forget, forget);
  refreshing.call = over;
  return answered;
}

/** Under the lock. A late answer is dropped: the session may have ended, or another user may have signed in, meanwhile. */
async function call(parts: RefreshParts, flight: Flight, signal: AbortSignal): Promise<RefreshOutcome> {
  const { settings, session, tabs, refreshing } = parts;
  const news = hintNews(session);
  if (news === 'other-session') doubtUser(session);
  const { cookieSignIn, record } = session;
  const atCall = knownAtCall(session);
  const endMark = markPending(tabs, !cookieSignIn && !isOpen(record) ? 'maybe-visitor' : 'user');
  const sentAt = now();
  DEVELOPMENT: emit(session.listeners, 'refresh-sent', {});
  // No caller's abort reaches the request: the signal is that of the turn, for a request that never ends.
  const verdict = await callTokenEndpoint(settings.tokenEndpoint, signal, cookieSignIn ? {} : record);
  // A page that is being left sees its request fail, though the request goes on. Offline, no request has gone out.
  const isLost = verdict.verdict === 'no-answer' && globalThis.navigator?.onLine;
  const isOver = isSessionOver(verdict, session, atCall) && !isLate(parts, flight, record);
  const answeredAt = now();
  const pageStays = endMark(isLost ? 'lost' : isOver ? 'no-session' : 'answered');

  // Before it begins a session: the word of a sign-out may be on its way.
  if (verdict.verdict === 'renewed' && !cookieSignIn && !isSameSession(session, verdict.grant)) {
    await handoverArrived(tabs, session);
  }
  reportEndpointProblems(parts, verdict, sentAt, isOver);
  DEVELOPMENT: emit(session.listeners, 'refresh-answered', {
    verdict: verdict.verdict,
    why: 'why' in verdict ? verdict.why : undefined,
    took: Math.round(elapsed(sentAt)),
  });
  if (isLate(parts, flight, record)) {
    if ('grant' in verdict) await endLateGrant(parts, verdict.grant, record);
    else if (verdict.refreshToken) await endLateGrant(parts, verdict, record);
    else if (obeyLatePause(refreshing.coolDown, verdict)) postPause(parts);
    DEVELOPMENT: emit(session.listeners, 'answer-dropped', {});
    return 'changed';
  }
  if (verdict.verdict === 'renewed') {
    clearNoSession(tabs);
    noteAnswerTime(tabs, elapsed(sentAt));
  }
  const outcome = applyVerdict(parts, verdict, atCall);
  // Opaque tokens don't tell: then somebody else may have rotated the cookie of this very session.
  const isNobodyNew =
    subjectOf(session.record.token) === subjectOf(record.token) && isOpen(session.record) === isOpen(record);
  if (news && outcome === 'changed' && isNobodyNew) refreshing.schedule.fruitlessHint = now();
  // Before the next tab has its turn.
  await refreshing.kept;
  if (outcome !== 'changed') {
    // A page that is being left sees its request fail, and must not report that to the other tabs as an outage.
    void pageStays.then((stays) => stays && !isLate(parts, flight, record) && postFailure(parts, verdict, answeredAt));
  }
  return outcome;
}

/**
 * Whether the session of the call has moved on. Where another tab has only brought its access token, the answer counts; so
 * it does where the session has got another number, and goes on with the refresh token that was sent.
 */
function isLate(parts: RefreshParts, flight: Flight, atCall: SessionRecord): boolean {
  const { record, disposed } = parts.session;
  if (!hasChanged(parts, flight)) return false;
  const isSentToken = !!atCall.refreshToken && record.refreshToken === atCall.refreshToken;
  return disposed.isOpen || (!isSentToken && (isNewer(record, atCall) || isNewer(atCall, record)));
}

/**
 * Ends a grant that came after a sign-out. One that is still to be sent ends the cookie, but not this refresh token. After
 * `dispose()` the session goes on in the other tabs: they would present the refresh token that has just been spent.
 */
async function endLateGrant(
  { settings, session, tabs, refreshing }: RefreshParts,
  grant: Partial<Grant>,
  atCall: SessionRecord,
): Promise<void> {
  const { refreshToken } = grant;
  // The word of a sign-out may be on its way.
  if (session.disposed.isOpen) await handoverArrived(tabs, session);
  const { overtook, epoch, ended, id } = session.record;
  if (session.disposed.isOpen && refreshToken && !ended && id === atCall.id) {
    const next = renewed(session, grant);
    postChange(tabs, next);
    const unneeded = await settings.tokenEndpoint.refreshToken?.keep(next, tabs, 'this-tab', refreshing.kept);
    if (unneeded) await refreshing.onLateGrant(unneeded, false);
  }
  const isSignedOut = ended === 'signed-out' && epoch !== atCall.epoch;
  // Of a session that another one has replaced, nobody needs it any more.
  if (isSignedOut || (atCall.refreshToken && refreshToken && id !== atCall.id))
    await refreshing.onLateGrant(refreshToken, !!overtook);
}

/** Tells the other tabs of a failure, even if its pause is over in this tab. From the back/forward cache it comes too late. */
function postFailure(parts: RefreshParts, { verdict }: Verdict, failedAt: Instant): void {
  if (pauseLeft(parts.refreshing.coolDown)) postPause(parts);
  else if (elapsed(failedAt) < TOLD_WITHIN)
    post(parts.tabs, { kind: 'cool-down', ms: LEAST_PAUSE, isNamed: false, mayRetry: verdict === 'not-processed' });
}

/** Tells the other tabs of a pause, if there is one. */
export function postPause({ tabs, refreshing }: Pick<RefreshParts, 'tabs' | 'refreshing'>): void {
  const { pause } = refreshing.coolDown;
  const ms = pauseLeft(refreshing.coolDown);
  if (pause && ms) post(tabs, { kind: 'cool-down', ms, isNamed: pause.isNamed, mayRetry: pause.mayRetry });
}
