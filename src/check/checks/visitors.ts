/** Refusals of those who have no session. */

import { type Answer, isOver, isRenewed } from '../exchange.js';
import { broken, type Finding, kept } from '../finding.js';
import type { FirstRefresh, Stage } from '../stage.js';
import { unlessLimited } from './refusals.js';

/** Gives the answer, since the CORS check looks at it too. */
export async function checkVisitor({ endpoint, report }: Stage): Promise<Answer> {
  const answer = await endpoint.refreshAsVisitor();
  if (answer.status > 0) report.tell('no-session', refusal(answer));
  return answer;
}

export async function checkWrongToken({ endpoint, report }: Stage, { session }: FirstRefresh): Promise<void> {
  const length = endpoint.tokenOf(session)?.length ?? 0;
  report.tell('wrong-token', refusal(await endpoint.refresh(session, { token: forged(length) })));
}

/** Of the same length, and of letters that any cookie may have. */
function forged(length: number): string {
  const letters = crypto.getRandomValues(new Uint8Array(Math.max(length, 16)));
  return Array.from(letters, (byte) => 'abcdefghijklmnopqrstuvwxyz'[byte % 26]).join('');
}

function refusal(answer: Answer): Finding {
  const { status, why } = answer;
  if (isOver(answer)) return kept(status === 401 ? undefined : `${status}, which the client takes for the same`);
  return unlessLimited(
    answer,
    isRenewed(answer) ? broken(why, 'Give no token to somebody who has no session.') : broken(why),
  );
}
