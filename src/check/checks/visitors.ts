/** Refusals of those who have no session. */

import type { Answer } from '../exchange.js';
import { kept } from '../finding.js';
import { forgedToken } from '../request-parts.js';
import type { FirstRefresh, Stage } from '../stage.js';
import { hintAfterRefusal } from './hint-cookie.js';
import { refusal } from './refusals.js';

/** Gives the answer, since the CORS check looks at it too. */
export async function checkVisitor(stage: Stage): Promise<Answer> {
  const { endpoint, report, options } = stage;
  const answer = await endpoint.refreshAsVisitor();
  if (answer.status === 0) return answer;
  if (options.body) report.tell('wrong-token', refusal(answer, stage, remark(answer)));
  else if (answer.verdict.verdict !== 'request-refused')
    report.tell('no-session', refusal(answer, stage, remark(answer)));
  // Whatever it means for others: the client knows that this one has no session.
  else report.tell('no-session', kept(`${answer.status}, which the client takes for the same from a visitor`));
  return answer;
}

export async function checkWrongToken(stage: Stage, { session }: FirstRefresh): Promise<void> {
  const { endpoint, report, options } = stage;
  if (options.body) return;
  const length = endpoint.tokenOf(session)?.length ?? 0;
  const answer = await endpoint.refresh(session, { token: forgedToken(length) });
  report.tell('wrong-token', refusal(answer, stage, remark(answer)));
  const hint = hintAfterRefusal(stage, session, answer);
  // Else the sign-out shows what becomes of it with a token that was good once.
  if (hint.outcome === 'broken' || !options.signOut) report.tell('hint-refusal', hint);
}

const remark = ({ status }: Answer): string | undefined =>
  status === 401 ? undefined : `${status}, which the client takes for the same`;
