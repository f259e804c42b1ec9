/** What a page of another site could send: it must be refused, and must not touch the session. */

import type { Change } from '../endpoint.js';
import { type Answer, isRenewed } from '../exchange.js';
import { broken, type Finding, kept, unchecked } from '../finding.js';
import type { Session } from '../sessions.js';
import type { FirstRefresh, Stage } from '../stage.js';

const FOREIGN = 'https://attacker.example';

export async function checkForgery(stage: Stage, { session }: FirstRefresh): Promise<void> {
  const { report, options } = stage;
  if (options.body) {
    for (const id of ['forgery', 'get'] as const) report.tell(id, unchecked('without a cookie nothing can be forged'));
    return;
  }
  report.tell('forgery', await withoutHeader(stage, session, options.csrf?.header ?? 'X-Requested-With'));
  if (session.isOver) return;
  report.tell('get', finding(await attempt(stage, session, { method: 'GET' }), 'by GET'));
}

async function withoutHeader(stage: Stage, session: Session, header: string): Promise<Finding> {
  // Nor can a form send the headers of --header.
  const own = Object.fromEntries(Object.keys(stage.options.headers).map((name) => [name, undefined]));
  const bare = await attempt(stage, session, { headers: { ...own, [header]: undefined } });
  // Some servers look at Origin instead, and need no header.
  if (bare.outcome === 'accepted' && !session.isOver) {
    const contentType = 'application/x-www-form-urlencoded';
    const headers = { ...own, 'X-Requested-With': undefined, [header]: undefined, 'Content-Type': contentType };
    const form = await attempt(stage, session, { origin: FOREIGN, headers });
    if (form.outcome === 'refused') return kept(`by its Origin: it needs no ${header}`);
  }
  return finding(bare, `without ${header}`, `Require the header ${header}: a form of another site can't send it.`);
}

interface Attempt {
  readonly answer: Answer;
  readonly outcome: 'accepted' | 'refused' | 'cookie-changed' | 'spent';
}

/** With the session's cookie; then a right refresh shows whether the session is as it was. */
async function attempt({ endpoint }: Stage, session: Session, change: Change): Promise<Attempt> {
  const { cookies } = session;
  const answer = await endpoint.refresh(session, change);
  if (isRenewed(answer)) return { answer, outcome: 'accepted' };
  // Without it nothing more could be checked.
  if (endpoint.tokenOf(session) === undefined) session.cookies = cookies;
  if (endpoint.cookieIn(answer, session)) return { answer, outcome: 'cookie-changed' };
  const outcome = isRenewed(await endpoint.refresh(session)) ? 'refused' : 'spent';
  return { answer, outcome };
}

function finding({ answer, outcome }: Attempt, how: string, todo?: string): Finding {
  const { status, isHtml } = answer;
  const answered = status ? `it answered ${status}` : answer.why;
  switch (outcome) {
    case 'accepted':
      return broken(`${how} it gave a token`, todo);
    case 'cookie-changed':
      return broken(`${how} ${answered}, and changed the cookie all the same`, todo);
    case 'spent':
      return broken(`${how} ${answered}, and the refresh token was spent all the same`, todo);
    case 'refused':
      // A single-page app's page, as a rule: it does no harm.
      return status >= 200 && status < 300 ? kept(`${isHtml ? 'a page' : status}, and no token`) : kept();
  }
}
