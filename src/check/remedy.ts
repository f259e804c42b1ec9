/** What to do about an answer that says by itself what is wrong: with the address, or with what was sent. */

import type { CheckOptions } from './arguments.js';
import type { Answer } from './exchange.js';

/** `undefined`: the rule's own remedy. */
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
