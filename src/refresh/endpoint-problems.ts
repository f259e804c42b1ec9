/** What a call of the token endpoint shows to be wrong. */

import { reportProblem } from '../events.js';
import { ownOrigin } from '../page.js';
import type { EndpointProblem } from '../problems.js';
import { elapsed, type Instant } from '../wait.js';
import type { RefreshParts } from './refreshing.js';
import { BY_DATE, claimedIfAged } from './token-lifetime.js';
import type { Verdict } from './token-response.js';

/** Milliseconds of a token's life after which a refusal may have any reason: the user may have slept for a week. */
const SOON = 60_000;

/**
 * To be called before the verdict is applied.
 *
 * @param sentAt when the request was sent
 * @param isOver whether the verdict ends the session of now
 */
export function reportEndpointProblems(parts: RefreshParts, verdict: Verdict, sentAt: Instant, isOver: boolean): void {
  const { settings, session, refreshing } = parts;
  const { deadlines, tokenEndpoint } = settings;
  const { address } = tokenEndpoint;
  const report = (problem: EndpointProblem) => reportProblem(session.listeners, { ...problem, url: address });
  const took = Math.round(elapsed(sentAt));
  if ('problem' in verdict && verdict.problem) report(verdict.problem);
  if (verdict.verdict === 'no-answer') {
    const isElsewhere = address && new URL(address).origin !== ownOrigin();
    // Offline, no request has gone out. What CORS forbids to read looks like a network failure.
    if (isElsewhere && !refreshing.hasAnswered && globalThis.navigator?.onLine && verdict.cause instanceof TypeError)
      report({ code: 'endpoint-unreadable' });
    // Given up. Where it has answered before, the network is the likelier cause.
    if (!refreshing.hasAnswered && took >= deadlines.request && took < 2 * deadlines.request)
      report({ code: 'refresh-timeout-short', took, refreshTimeout: deadlines.caller });
    return;
  }
  refreshing.hasAnswered = true;
  // A request is given up before that: the machine has slept meanwhile.
  const isMeasured = took < deadlines.request;
  if (isMeasured && took > deadlines.caller) {
    report({ code: 'refresh-timeout-short', took, refreshTimeout: deadlines.caller });
  }
  const { token, id, generation } = session.record;
  // A function may send whatever it likes. A later generation was refreshed with the cookie, here or in another tab.
  const isUnproven = address && id === refreshing.unprovenSession && generation === 1;
  if (verdict.verdict === 'renewed') {
    const { lifetime } = verdict.grant.accessToken;
    // One token may be old since the server keeps tokens for a while. What it gives after that one is new.
    const claimed =
      verdict.evidence === BY_DATE && claimedIfAged(token) ? claimedIfAged(verdict.grant.accessToken) : undefined;
    if (claimed) report({ code: 'token-lifetime-short', lifetime, took, claimed });
    else if (isMeasured && lifetime < 2 * took) report({ code: 'token-lifetime-short', lifetime, took });
  } else if (isOver && token && isUnproven && elapsed(token.receivedAt) < token.lifetime + SOON) {
    report({ code: 'cookie-not-kept' });
  }
}
