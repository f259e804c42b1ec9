/** The command: its arguments, its checks, its exit code. */

import { checkAll } from './all-checks.js';
import { CannotCheckError, readArguments, UsageError } from './arguments.js';
import { createEndpoint } from './endpoint.js';
import { createReport } from './report.js';
import { createSecrets } from './secrets.js';
import { createSessions } from './sessions.js';
import type { Surroundings } from './surroundings.js';
import { USAGE } from './usage.js';

/** Gives the exit code: 0 if nothing is broken, 1 if something is, 2 if it couldn't be checked. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { print, complain } = surroundings;
  const secrets = createSecrets();
  try {
    const options = readArguments(args);
    if (!options) {
      print(USAGE);
      return 0;
    }
    const { origin, pathname } = options.url;
    print(`${origin}${pathname}\n`);
    for (const value of Object.values(options.headers)) secrets.add(value);
    const report = createReport(print, secrets, options);
    const endpoint = createEndpoint(options, surroundings, secrets);
    const sessions = createSessions(options, surroundings, secrets);
    report.tellRest(await checkAll({ options, surroundings, endpoint, sessions, report }));
    return report.summary() ? 0 : 1;
  } catch (error) {
    complain(`silent-refresh check: ${secrets.hide(reasonOf(error))}`);
    if (error instanceof UsageError) complain(`\n${USAGE}`);
    return 2;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CannotCheckError) return `${error.message}.`;
  // Its message may quote a header, and with it the cookie.
  const frames = (error instanceof Error && error.stack?.match(/^ +at .*$/gm)) || [];
  return ['this is a fault of the command itself.', ...frames].join('\n');
}
