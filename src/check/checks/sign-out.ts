/** The sign-out: confirmed, the cookies deleted, the session over. */

import type { Cookie } from '../cookies.js';
import { type Answer, isRenewed } from '../exchange.js';
import { broken, type Finding, kept, unchecked, unclear } from '../finding.js';
import type { Session } from '../sessions.js';
import { type Stage, sessionFor } from '../stage.js';
import { deletion } from './deletion.js';
import { hintAfterRefusal, hintDeletion } from './hint-cookie.js';
import { refusal } from './refusals.js';

const OF_END = ['sign-out-cookie', 'hint-sign-out', 'sign-out-session', 'hint-refusal'] as const;

/** Ends the session. */
export async function checkSignOut(stage: Stage): Promise<void> {
  const { endpoint, report, options } = stage;
  if (!options.signOut) return;
  const session = await sessionFor(stage, 'sign-out', ...OF_END);
  if (!session) return;
  // A refresh shows the cookie with all its flags, as a jar doesn't.
  const spent = endpoint.tokenOf(session);
  const first = await endpoint.refresh(session);
  const [cookie, token] = [endpoint.cookieOf(session), endpoint.tokenOf(session)];
  const answer = await endpoint.signOut(options.signOut, session);
  report.tell('sign-out', confirmation(answer));
  report.tell('sign-out-cookie', options.body ? unchecked('there is none') : tokenDeletion(cookie, answer));
  report.tell('hint-sign-out', hintDeletion(stage, session, answer));
  if (!isRenewed(first)) {
    report.tell('sign-out-session', unclear(`a refresh before it failed: ${first.why}`));
    return;
  }
  report.tell('sign-out-session', await ended(stage, session, token, spent));
  session.isOver = true;
}

/** @param spent the token before, for which an overlap may still give the next one */
async function ended(
  stage: Stage,
  session: Session,
  token: string | undefined,
  spent: string | undefined,
): Promise<Finding> {
  const after = await stage.endpoint.refresh(session, { token });
  stage.report.tell('hint-refusal', hintAfterRefusal(stage, session, after));
  if (isRenewed(after)) return broken('it still gets a token');
  const finding = refusal(after, stage);
  if (finding.outcome !== 'kept' || spent === token) return finding;
  const before = await stage.endpoint.refresh(session, { token: spent });
  return isRenewed(before)
    ? broken(
        'the refresh token before it, which was just spent, still gets a token',
        'Look at the session first, and at the overlap then: a session that is over has none.',
      )
    : refusal(before, stage);
}

function confirmation({ status, isHtml, why }: Answer): Finding {
  if (status >= 200 && status < 300 && !isHtml) return kept();
  return broken(status ? `it answered ${status}${isHtml ? ', an HTML page' : ''}` : why);
}

const tokenDeletion = (cookie: Cookie | undefined, answer: Answer): Finding =>
  cookie ? deletion(cookie, answer, 'the next page load sends it again') : unclear('there was none to delete');
