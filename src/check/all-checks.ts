/** Which checks there are, in which order, and which of them mean anything here. */

import { CannotCheckError, type CheckOptions } from './arguments.js';
import { checkCookie } from './checks/cookie.js';
import { CORS_RULES, checkCors, checkCorsOfToken } from './checks/cors.js';
import { checkForgery } from './checks/forgery.js';
import { checkAtOnce, checkOverlap, checkReuse, checkRotation } from './checks/rotation.js';
import { checkSignOut } from './checks/sign-out.js';
import { checkToken } from './checks/token.js';
import { checkVisitor, checkWrongToken } from './checks/visitors.js';
import { isRenewed } from './exchange.js';
import { broken, kept, unchecked } from './finding.js';
import type { RuleId } from './rules.js';
import type { FirstRefresh, Stage } from './stage.js';

/**
 * The checks that end a session come last.
 *
 * @returns why the rest of the rules wasn't checked
 * @throws CannotCheckError
 */
export async function checkAll(stage: Stage): Promise<string> {
  const { report } = stage;
  const visitor = await checkVisitor(stage);
  if (visitor.status === 0) throw new CannotCheckError(visitor.why);
  if (!stage.options.origin) report.tell('cors', unchecked('give --origin if your pages are on another origin'));
  await checkCors(stage, visitor);
  report.tell('retry-after', unchecked("a pause can't be provoked"));
  if (!stage.options.signOut) report.tell('sign-out', unchecked('give --sign-out'));
  const session = await stage.sessions.open();
  if (!session) return stage.sessions.whyNone;
  const signedIn = stage.endpoint.cookieOf(session);
  const spent = stage.endpoint.tokenOf(session);
  if (spent === undefined) {
    const has = session.cookies.map(({ name, path }) => `${name} has Path=${path}`);
    report.tell('sign-in', broken(`of its cookies none goes there: ${has.join(', ')}`));
    return 'no refresh token goes there';
  }
  report.tell('sign-in', kept());
  const first: FirstRefresh = { session, spent, answer: await stage.endpoint.refresh(session) };
  if (!isRenewed(first.answer)) {
    report.tell('token', broken(first.answer.why));
    return 'the first refresh failed';
  }
  checkToken(stage, first);
  checkCorsOfToken(stage, first);
  checkCookie(stage, first, signedIn);
  const rotates = checkRotation(stage, first);
  await checkForgery(stage, first);
  await checkWrongToken(stage, first);
  if (rotates) {
    await checkAtOnce(stage);
    await checkOverlap(stage);
  }
  await checkSignOut(stage);
  if (rotates) await checkReuse(stage);
  return 'the session was over before';
}

/** The others aren't told at all. */
export function applies(id: RuleId, { origin, body, signOut }: CheckOptions): boolean {
  if (id === 'cors') return !origin;
  if ((CORS_RULES as readonly RuleId[]).includes(id)) return !!origin;
  if (id === 'sign-out-cookie' || id === 'sign-out-session') return !!signOut;
  return !(body && id.startsWith('cookie-'));
}
