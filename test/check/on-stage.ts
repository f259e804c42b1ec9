/** What a single check works with: options as the command line gives them, answers by hand, and what it tells. */

import { type CheckOptions, readArguments } from '../../src/check/arguments.ts';
import { type Cookie, readSetCookie } from '../../src/check/cookies.ts';
import { createEndpoint } from '../../src/check/endpoint.ts';
import { type Answer, type Exchange, send } from '../../src/check/exchange.ts';
import type { Finding } from '../../src/check/finding.ts';
import type { RuleId } from '../../src/check/rules.ts';
import { createSecrets } from '../../src/check/secrets.ts';
import { createSessions, type Session } from '../../src/check/sessions.ts';
import type { FirstRefresh, Stage } from '../../src/check/stage.ts';
import type { Surroundings } from '../../src/check/surroundings.ts';

export const ENDPOINT = 'https://id.example.com/auth/refresh';
export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A server that answers each request by itself. */
export type Reply = (request: Request) => Response | Promise<Response>;

export const nobody: Reply = () => Response.json({}, { status: 401 });

export function optionsOf(args: readonly string[] = [], url = ENDPOINT): CheckOptions {
  const options = readArguments(['check', url, '--remote', ...args]);
  if (!options) throw new Error('help is wanted');
  return options;
}

/** Nothing of it is real, and no time passes. */
export function surroundingsOf(reply: Reply, more: Partial<Surroundings> = {}): Surroundings {
  return {
    fetch: async (input, init) => reply(new Request(input, init)),
    now: () => NOW,
    wait: async () => {},
    run: async () => ({ code: 0, stdout: '', stderr: '' }),
    print: () => {},
    complain: () => {},
    ...more,
  };
}

export interface OnStage {
  readonly stage: Stage;
  /** What was said first of each rule. */
  readonly findings: Partial<Record<RuleId, Finding>>;
}

/** @param more in place of what the stage has */
export function onStage(
  args: readonly string[] = [],
  reply: Reply = nobody,
  more: { readonly url?: string; readonly surroundings?: Partial<Surroundings>; readonly sessions?: Session[] } = {},
): OnStage {
  const options = optionsOf(args, more.url);
  const surroundings = surroundingsOf(reply, more.surroundings);
  const secrets = createSecrets();
  const findings: Partial<Record<RuleId, Finding>> = {};
  const report = {
    tell(id: RuleId, finding: Finding) {
      findings[id] ??= finding;
    },
    tellRest() {},
    summary: () => true,
  };
  const { sessions: left } = more;
  const sessions = left
    ? { whyNone: 'there is none left', open: async () => left.shift() }
    : createSessions(options, surroundings, secrets);
  const endpoint = createEndpoint(options, surroundings, secrets);
  return { stage: { options, endpoint, report, sessions, surroundings }, findings };
}

/** As `Set-Cookie` has it. */
export const cookie = (header: string, url = ENDPOINT): Cookie => readSetCookie(header, new URL(url), NOW);

export const sessionOf = (...cookies: Cookie[]): Session => ({ cookies, refreshToken: undefined, isOver: false });

/** What is made of a response. */
export function answerOf(response: Response, more: Partial<Exchange> = {}): Promise<Answer> {
  const exchange = {
    url: new URL(ENDPOINT),
    method: 'POST',
    headers: new Headers(),
    holdsRefreshToken: false,
    ...more,
  };
  return send(
    exchange,
    surroundingsOf(() => response),
    createSecrets(),
  );
}

/** A refresh that has succeeded. @param setCookies as the headers have them */
export function renewal(setCookies: readonly string[] = [], headers: Readonly<Record<string, string>> = {}): Response {
  const response = Response.json({ access_token: 'opaque-access-token', expires_in: 600 }, { headers });
  for (const each of setCookies) response.headers.append('Set-Cookie', each);
  return response;
}

/** @param signedIn the cookie of the sign-in that holds the refresh token */
export function firstRefresh(answer: Answer, signedIn?: Cookie, hint?: Cookie): FirstRefresh {
  const cookies = [signedIn, hint].filter((each) => each !== undefined);
  return { session: sessionOf(...cookies), answer, spent: signedIn?.value, signedIn, hint };
}
