/** The command: which checks there are, in which order, and what the exit code is. */

import { CannotCheckError, type CheckOptions, readArguments, USAGE, UsageError } from './arguments.js';
import { checkCookie } from './checks/cookie.js';
import { CORS_RULES, checkCors, checkCorsOfToken } from './checks/cors.js';
import { checkForgery } from './checks/forgery.js';
import { checkAtOnce, checkOverlap, checkReuse, checkRotation } from './checks/rotation.js';
import { checkSignOut } from './checks/sign-out.js';
import { checkToken } from './checks/token.js';
import { checkVisitor, checkWrongToken } from './checks/visitors.js';
import { createEndpoint } from './endpoint.js';
import { isRenewed } from './exchange.js';
import { broken, kept, unchecked } from './finding.js';
import { createReport } from './report.js';
import type { RuleId } from './rules.js';
import { createSecrets } from './secrets.js';
import { createSessions } from './sessions.js';
import type { FirstRefresh, Stage } from './stage.js';
import type { Surroundings } from './surroundings.js';

/** Gives the exit code: 0 if nothing is broken, 1 if something is, 2 if it couldn't be checked. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const secrets = createSecrets();
  try {
    const options = readArguments(args);
    if (!options) {
      surroundings.print(USAGE);
      return 0;
    }
    const stage: Stage = {
      options,
      surroundings,
      endpoint: createEndpoint(options, surroundings, secrets),
      sessions: createSessions(options, surroundings, secrets),
      report: createReport(surroundings.print, secrets, (id) => applies(id, options)),
    };
    surroundings.print(`${options.url.origin}${options.url.pathname}\n`);
    stage.report.tellRest(await checkAll(stage));
    return stage.report.summary() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CannotCheckError)) {
      // Its message may quote a header, and with it the cookie.
      const frames = (error instanceof Error && error.stack?.match(/^ +at .*$/gm)) || [];
      surroundings.complain(['silent-refresh check: this is a fault of the command itself.', ...frames].join('\n'));
      return 2;
    }
    surroundings.complain(secrets.hide(`silent-refresh check: ${error.message}.`));
    if (error instanceof UsageError) surroundings.complain(`\n${USAGE}`);
    return 2;
  }
}

/** Gives why the rest of the rules wasn't checked. The checks that end a session come last. */
async function checkAll(stage: Stage): Promise<string> {
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

function applies(id: RuleId, { origin, body, signOut }: CheckOptions): boolean {
  if (id === 'cors') return !origin;
  if ((CORS_RULES as readonly RuleId[]).includes(id)) return !!origin;
  if (id === 'sign-out-cookie' || id === 'sign-out-session') return !!signOut;
  return !(body && id.startsWith('cookie-'));
}
