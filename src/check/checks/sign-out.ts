/** The sign-out: confirmed, the cookie deleted, the session over. */

import { type Cookie, isDeleted } from '../cookies.js';
import { type Answer, isRenewed } from '../exchange.js';
import { broken, type Finding, kept, unchecked, unclear } from '../finding.js';
import type { Session } from '../sessions.js';
import { type Stage, sessionFor } from '../stage.js';
import { refusal } from './refusals.js';

/** Ends the session. */
export async function checkSignOut(stage: Stage): Promise<void> {
  const { endpoint, report, options } = stage;
  if (!options.signOut) return;
  const session = await sessionFor(stage, 'sign-out', 'sign-out-cookie', 'sign-out-session');
  if (!session) return;
  // A refresh shows the cookie with all its flags, as a jar doesn't.
  const spent = endpoint.tokenOf(session);
  const first = await endpoint.refresh(session);
  const [cookie, token] = [endpoint.cookieOf(session), endpoint.tokenOf(session)];
  const answer = await endpoint.signOut(options.signOut, session);
  report.tell('sign-out', confirmation(answer));
  report.tell('sign-out-cookie', options.body ? unchecked('there is none') : deletion(cookie, answer));
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

function deletion(cookie: Cookie | undefined, { setCookies, receivedAt }: Answer): Finding {
  if (!cookie) return unclear('there was none to delete');
  const named = setCookies.filter(({ name }) => name === cookie.name);
  const deleted = named.filter((each) => isDeleted(each, receivedAt));
  if (!named.length) return broken("the answer doesn't delete it, so the next page load sends it again");
  if (!deleted.length) return broken('the answer sets it, and not with an expiry in the past');
  const differs = (name: 'path' | 'domain' | 'isPartitioned') => deleted.every((each) => each[name] !== cookie[name]);
  if (differs('path')) {
    return broken(`it deletes a cookie of Path=${deleted[0]?.path}, and this one has Path=${cookie.path}`);
  }
  if (differs('domain')) return broken('it deletes a cookie of another Domain');
  if (differs('isPartitioned')) return broken('it deletes a cookie that differs in Partitioned');
  return kept();
}
