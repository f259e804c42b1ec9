/** What a refusal says of a rule that asks for one, and what a limit on requests says of any rule: nothing. */

import type { CheckOptions } from '../arguments.js';
import { type Answer, isOver, isRenewed } from '../exchange.js';
import { broken, type Finding, kept, unclear } from '../finding.js';
import type { Stage } from '../stage.js';

const NO_OUTAGE = 'Answer 401 with JSON to whoever has no session: the client takes this for an outage.';

/** Of somebody who has no session, or no longer. A token is refused by the rules of its own. */
export function refusal(answer: Answer, stage: Stage, remark?: string): Finding {
  const { status, why } = answer;
  if (isOver(answer)) return kept(remark);
  if (isRenewed(answer)) return broken(why, 'Give no token to somebody who has no session.');
  // Said in the same words of each rule, so that one cause is told once.
  const todo = remedyOf(answer, stage.options) ?? (status >= 500 ? NO_OUTAGE : undefined);
  return unlessLimited(answer, broken(why, todo));
}

/** The command sends some forty requests in a second or two. */
export const unlessLimited = ({ status, why }: Answer, finding: Finding): Finding =>
  status === 429
    ? unclear(why, 'Lift the limit on requests for the test account, and run the command again.')
    : finding;

/**
 * What to do about an answer that says by itself what is wrong: with the address, or with what was sent.
 *
 * @returns `undefined`: the rule's own remedy
 */
export function remedyOf({ verdict, remedy }: Answer, { body, csrf }: CheckOptions): string | undefined {
  const problem = 'problem' in verdict ? verdict.problem : undefined;
  switch (problem?.code) {
    case 'endpoint-missing':
      return 'Nothing seems to be there for a POST: correct the URL (also a slash at its end). If it is right, answer 401.';
    case 'csrf-refused':
    case 'csrf-cookie-missing':
      return csrf
        ? 'Let the sign-in command get the CSRF cookie, too, and write it to the same jar.'
        : 'If it is protected by a double-submit cookie, give --csrf COOKIE=HEADER.';
    case 'refresh-request-refused':
      if (!body) return 'If it wants the refresh token in the body, give --body, and --client-id.';
      return body.clientId === undefined ? 'Give --client-id.' : 'Correct --client-id and --body.';
    default:
      return remedy;
  }
}
