/** What a check works with. */

import type { CheckOptions } from './arguments.js';
import type { Cookie } from './cookies.js';
import type { Endpoint } from './endpoint.js';
import type { Answer } from './exchange.js';
import { unchecked } from './finding.js';
import type { Report } from './report.js';
import type { RuleId } from './rules.js';
import type { Session, Sessions } from './sessions.js';
import type { Surroundings } from './surroundings.js';

export interface Stage {
  readonly options: CheckOptions;
  readonly endpoint: Endpoint;
  readonly report: Report;
  readonly sessions: Sessions;
  readonly surroundings: Surroundings;
}

/** The first refresh, which has succeeded. */
export interface FirstRefresh {
  readonly session: Session;
  readonly answer: Answer;
  /** The refresh token that it has spent. */
  readonly spent: string | undefined;
  /** The cookie that held it, as the sign-in has set it. */
  readonly signedIn: Cookie | undefined;
  /** The hint cookie, as the sign-in has set it. */
  readonly hint: Cookie | undefined;
}

/** A session for these rules; `undefined`: there is none, and that has been said. */
export async function sessionFor({ sessions, report }: Stage, ...ids: RuleId[]): Promise<Session | undefined> {
  const session = await sessions.open();
  if (!session) for (const id of ids) report.tell(id, unchecked(sessions.whyNone));
  return session;
}
