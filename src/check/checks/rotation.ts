/** What becomes of a spent refresh token: soon after, at once, and when it comes back late. */

import { isRenewed } from '../exchange.js';
import { broken, type Finding, kept, unchecked, unclear } from '../finding.js';
import type { Session } from '../sessions.js';
import { type FirstRefresh, type Stage, sessionFor } from '../stage.js';
import { refusal, unlessLimited } from './refusals.js';

/** Gives whether the server rotates: else nothing is ever spent. */
export function checkRotation({ endpoint, report }: Stage, { session, answer, spent }: FirstRefresh): boolean {
  const next = endpoint.tokenIn(answer, session);
  if (next !== undefined && next !== spent) {
    report.tell('rotation', kept());
    return true;
  }
  report.tell('rotation', broken(next === undefined ? 'it gave no new one' : 'it gave the same one again'));
  const none = unchecked("the server doesn't rotate, so nothing is spent");
  for (const id of ['overlap', 'at-once', 'reuse', 'reuse-family'] as const) report.tell(id, none);
  return false;
}

export async function checkAtOnceAndOverlap(stage: Stage): Promise<void> {
  const { report } = stage;
  const forTwo = await sessionFor(stage, 'at-once');
  const together = forTwo && (await atOnce(stage, forTwo));
  const forOverlap = await sessionFor(stage, 'overlap');
  const soonAfter = forOverlap && (await overlap(stage, forOverlap));
  if (together?.outcome === 'kept' && soonAfter?.note?.startsWith(REFUSED)) {
    report.tell('at-once', unclear(`both got one, ${TRIES} times, but by a race only: one after the other is refused`));
  } else if (together) report.tell('at-once', together);
  if (soonAfter) report.tell('overlap', soonAfter);
}

const REFUSED = 'at once after its refresh it was refused';

async function overlap(stage: Stage, session: Session): Promise<Finding> {
  const { endpoint } = stage;
  const spent = endpoint.tokenOf(session);
  const first = await endpoint.refresh(session);
  if (!isRenewed(first)) return unclear(`a refresh failed: ${first.why}`);
  const again = await endpoint.refresh(session, { token: spent });
  if (!isRenewed(again)) return unlessLimited(again, broken(`${REFUSED}: ${again.why}`));
  const next = endpoint.tokenIn(again, session);
  if (next === undefined) return broken('it gave no refresh token: who lost the first answer has a spent one');
  // What a client has that lost the first answer.
  const newest = await endpoint.refresh(session, next === endpoint.tokenOf(session) ? {} : { token: next });
  if (!isRenewed(newest)) {
    return unlessLimited(newest, broken(`it gave a token, and then refused the newest one: ${newest.why}`));
  }
  const successor = endpoint.tokenIn(first, session);
  return next === successor ? kept() : twoSuccessors(stage, session, successor);
}

/**
 * Two values may still be one token: Laravel encrypts each cookie anew. Then the other one is spent as well, which shows
 * when its overlap is over.
 */
async function twoSuccessors(stage: Stage, session: Session, other: string | undefined): Promise<Finding> {
  await overlapEnds(stage);
  const answer = await stage.endpoint.refresh(session, { token: other });
  if (isRenewed(answer)) {
    return broken(
      'it gave another refresh token, and both of them are good: two sessions come from one',
      'Give the same successor again: with two good ones a thief and the user go on side by side, and nobody notices.',
    );
  }
  // It has come back after its time, so the whole family may be over by now.
  session.isOver = true;
  return kept('with another refresh token, which then is the only good one');
}

const NO_FAILURE =
  'Let one of the two win, and give the other one the same answer: here the server has failed over it.';

/** One race may go well by chance. */
const TRIES = 5;

/** What a server sees of a tab that dies in mid-refresh while another one begins. */
async function atOnce({ endpoint }: Stage, session: Session): Promise<Finding> {
  for (let tries = 0; tries < TRIES; tries++) {
    const answers = await Promise.all([endpoint.refresh(session), endpoint.refresh(session)]);
    const refused = answers.find((answer) => !isRenewed(answer));
    if (refused)
      return unlessLimited(
        refused,
        broken(`one of them got none: ${refused.why}`, refused.status >= 500 ? NO_FAILURE : undefined),
      );
    const after = await endpoint.refresh(session);
    if (!isRenewed(after)) {
      return unlessLimited(after, broken(`both got one, and the next refresh got none: ${after.why}`));
    }
  }
  return kept();
}

async function overlapEnds({ options, surroundings }: Stage): Promise<void> {
  const seconds = options.overlap / 1_000;
  if (seconds > 0) surroundings.complain(`… waiting ${seconds} s for the overlap to end (--overlap)`);
  await surroundings.wait(options.overlap);
}

/** Ends the session. */
export async function checkReuse(stage: Stage): Promise<void> {
  const { endpoint, report, options } = stage;
  const session = await sessionFor(stage, 'reuse', 'reuse-family');
  if (!session) return;
  const spent = endpoint.tokenOf(session);
  const first = await endpoint.refresh(session);
  if (!isRenewed(first)) {
    report.tell('reuse', unclear(`a refresh failed: ${first.why}`));
    report.tell('reuse-family', unchecked('a refresh failed'));
    return;
  }
  await overlapEnds(stage);
  const reused = await endpoint.refresh(session, { token: spent });
  if (isRenewed(reused)) {
    const why = `${options.overlap / 1_000} s after its refresh it still gets a token`;
    const todo = 'Accept a spent token for a few seconds only. If the overlap is longer than that, give --overlap.';
    report.tell('reuse', broken(why, todo));
    report.tell('reuse-family', unchecked('the spent token is good'));
    return;
  }
  report.tell('reuse', refusal(reused, stage));
  const newest = await endpoint.refresh(session);
  report.tell(
    'reuse-family',
    isRenewed(newest)
      ? broken('it still gets a token: a thief who was faster keeps the session')
      : refusal(newest, stage),
  );
}
