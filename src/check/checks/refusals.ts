/** What a refusal says of a rule that asks for one, and what a limit on requests says of any rule: nothing. */

import { type Answer, isOver } from '../exchange.js';
import { broken, type Finding, kept, unclear } from '../finding.js';

/** Of a token that was good once. */
export const refusal = (answer: Answer): Finding =>
  unlessLimited(
    answer,
    isOver(answer)
      ? kept()
      : broken(`it was refused, but the client doesn't take that for the end: ${answer.why}`, 'Answer 401 with JSON.'),
  );

/** The command sends some thirty requests in a second or two. */
export const unlessLimited = ({ status, why }: Answer, finding: Finding): Finding =>
  status === 429
    ? unclear(why, 'Lift the limit on requests for the test account, and run the command again.')
    : finding;
