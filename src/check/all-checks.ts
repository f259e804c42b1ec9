/** Which checks there are, and in which order. */

import { CannotCheckError } from './arguments.js';
import { checkCookie } from './checks/cookie.js';
import { checkCors, checkCorsOfToken } from './checks/cors.js';
import { checkForgery } from './checks/forgery.js';
import { checkHintCookie, checkHintOfSessions, hintIn } from './checks/hint-cookie.js';
import { remedyOf } from './checks/refusals.js';
import { checkAtOnceAndOverlap, checkReuse, checkRotation } from './checks/rotation.js';
import { checkSignOut } from './checks/sign-out.js';
import { checkToken } from './checks/token.js';
import { checkVisitor, checkWrongToken } from './checks/visitors.js';
import { type Cookie, goesTo } from './cookies.js';
import { isOver, isRenewed } from './exchange.js';
import { broken, kept, unchecked, unclear } from './finding.js';
import type { Session } from './sessions.js';
import type { FirstRefresh, Stage } from './stage.js';
import { findHolder } from './which-cookie.js';

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
  const first = await refreshFirst(stage, session);
  if (typeof first === 'string') return first;
  checkToken(stage, first);
  checkCorsOfToken(stage, first);
  checkCookie(stage, first);
  checkHintCookie(stage, first);
  const rotates = checkRotation(stage, first);
  await checkForgery(stage, first);
  await checkWrongToken(stage, first);
  if (rotates) await checkAtOnceAndOverlap(stage);
  await checkHintOfSessions(stage, first);
  await checkSignOut(stage);
  if (rotates) await checkReuse(stage);
  return 'the session was over before';
}

/** Finds out where the refresh token is, as well. Gives why nothing more can be checked, where it fails. */
async function refreshFirst(stage: Stage, session: Session): Promise<FirstRefresh | string> {
  const { endpoint, report, options } = stage;
  const { cookies, refreshToken } = session;
  const hint = hintIn(stage, session);
  if (!options.body && !endpoint.mayHoldToken(cookies).length) {
    const others = cookies.filter((each) => each !== hint);
    report.tell('sign-in', broken(`of its cookies none goes there: ${pathsOf(others) || 'there is none'}`));
    return 'no refresh token goes there';
  }
  const answer = await endpoint.refresh(session);
  if (!isRenewed(answer)) {
    const others = cookies.filter((cookie) => !goesTo(cookie, options.url));
    if (others.length && !options.body && isOver(answer)) {
      report.tell('sign-in', unclear(`of its cookies some don't go there: ${pathsOf(others)}`));
    }
    report.tell('token', broken(answer.why, remedyOf(answer, options)));
    return 'the first refresh failed';
  }
  if (options.body) {
    report.tell('sign-in', kept());
    return { session, spent: refreshToken, answer, signedIn: undefined, hint };
  }
  const holder = await findHolder(endpoint, session, cookies, answer);
  if (!holder) {
    const names = endpoint.mayHoldToken(cookies).join(', ');
    throw new CannotCheckError(`it can't be told which cookie holds the refresh token: ${names}. Give --cookie NAME`);
  }
  report.tell('sign-in', kept(`the cookie ${holder}`));
  endpoint.takeCookie(holder);
  const signedIn = endpoint.cookieOf({ ...session, cookies });
  return { session, spent: signedIn?.value, answer, signedIn, hint };
}

const pathsOf = (cookies: readonly Cookie[]): string =>
  cookies.map(({ name, path }) => `${name} has Path=${path}`).join(', ');
