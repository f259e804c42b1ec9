/** The arguments of the command, checked. */

import { parseArgs } from 'node:util';
import { LOOPBACK } from '../safe-url.js';

export const USAGE = `Says what of the contract of docs/server.md a running auth server keeps.

  npx silent-refresh check URL [options]

  npx silent-refresh check http://localhost:3000/auth/refresh \\
    --sign-in 'curl -s -c "$COOKIE_JAR" -d user=ada http://localhost:3000/auth/login'

  --sign-in COMMAND      a shell command that signs in, and writes a Netscape cookie jar (curl -c) to the file
                         $COOKIE_JAR; it runs for each fresh session
  --cookie-jar FILE      a cookie jar with one session, instead of --sign-in
  --body FORMAT          the refresh token goes in the body: form, json, form:FIELD or json:FIELD; FIELD is
                         refresh_token if left out. The sign-in command prints the JSON that the login answers
  --client-id ID         with --body: the field client_id
  --sign-out URL         the address of the sign-out; with --body, that of the revocation (RFC 7009)
  --origin ORIGIN        where the pages are, if they are on another origin: checks CORS
  --csrf COOKIE=HEADER   double-submit protection: the cookie's value is sent in the header
  --overlap SECONDS      how long the server accepts a spent token (30); the command waits for that time
  --remote               allows a server that is not on this machine. The command sends spent and forged tokens:
                         to a server in use that looks like an attack, so only check one that is yours
  --help                 prints this

Exit code: 0 if nothing is broken, 1 if something is, 2 if it couldn't be checked.`;

export interface CheckOptions {
  readonly url: URL;
  readonly signIn: string | undefined;
  readonly cookieJar: string | undefined;
  readonly body: BodyFormat | undefined;
  readonly signOut: URL | undefined;
  /** Of the pages, where it isn't the auth server's. */
  readonly origin: URL | undefined;
  readonly csrf: { readonly cookie: string; readonly header: string } | undefined;
  /** Milliseconds. */
  readonly overlap: number;
}

/** How the refresh token travels where no cookie holds it. */
export interface BodyFormat {
  readonly format: 'form' | 'json';
  readonly field: string;
  readonly clientId: string | undefined;
}

/** The command can't go on: nothing answers, or nobody can be signed in. The message holds no secret. */
export class CannotCheckError extends Error {}
/** Its arguments are wrong. */
export class UsageError extends CannotCheckError {}

/** @throws UsageError */
function refuse(why: string): never {
  throw new UsageError(why);
}

/**
 * @returns `undefined`: help is wanted
 * @throws UsageError
 */
export function readArguments(args: readonly string[]): CheckOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [command, url, ...more] = positionals;
  if (command !== 'check') refuse("the command is 'check'");
  if (!url) refuse('the URL of the token endpoint is missing');
  if (more.length) refuse('there is an argument too many: put a command in quotes');
  const { remote = false } = values;
  const signIn = values['sign-in'];
  const cookieJar = values['cookie-jar'];
  if (signIn && cookieJar) refuse('give --sign-in or --cookie-jar, not both');
  const body = values.body === undefined ? undefined : readBody(values.body, values['client-id']);
  if (body && cookieJar) refuse('with --body give --sign-in: a cookie jar holds no token for a body');
  const endpoint = readUrl('URL', url, remote);
  return {
    url: endpoint,
    signIn,
    cookieJar,
    body,
    signOut: values['sign-out'] === undefined ? undefined : readUrl('--sign-out', values['sign-out'], remote),
    origin: values.origin === undefined ? undefined : readOrigin(values.origin, endpoint),
    csrf: values.csrf === undefined ? undefined : readCsrf(values.csrf),
    overlap: readSeconds(values.overlap ?? '30') * 1_000,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    'sign-in': text,
    'cookie-jar': text,
    body: text,
    'client-id': text,
    'sign-out': text,
    origin: text,
    csrf: text,
    overlap: text,
    remote: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Names the option, and not its value.
    return refuse(error instanceof TypeError ? (error.message.split(/[.\n]/)[0] ?? '') : 'the arguments are unusable');
  }
}

function readUrl(where: string, value: string, isRemoteAllowed: boolean): URL {
  if (!URL.canParse(value)) refuse(`${where} is no absolute URL`);
  const url = new URL(value);
  const { protocol, hostname, username, password } = url;
  if (!/^https?:$/.test(protocol)) refuse(`${where} is neither http nor https`);
  if (username || password) refuse(`${where} has a user name or password: browsers refuse it`);
  if (LOOPBACK.test(hostname)) return url;
  if (!isRemoteAllowed) {
    refuse(
      `${where} is on ${hostname}, which is not this machine. The command sends spent and forged tokens: to a server in use that looks like an attack. If it is yours, give --remote`,
    );
  }
  return protocol === 'https:'
    ? url
    : refuse(`${where} is on ${hostname}, where tokens can be read on their way: use https`);
}

function readOrigin(value: string, endpoint: URL): URL | undefined {
  if (!URL.canParse(value) || new URL(value).origin === 'null')
    refuse('--origin is no origin, such as https://app.example.com');
  const { origin } = new URL(value);
  return origin === endpoint.origin ? undefined : new URL(origin);
}

function readCsrf(value: string): CheckOptions['csrf'] {
  const [, cookie, header] = /^([^=]+)=([\w-]+)$/.exec(value) ?? [];
  return cookie && header ? { cookie, header } : refuse('--csrf is not COOKIE=HEADER, such as XSRF-TOKEN=X-XSRF-TOKEN');
}

function readSeconds(value: string): number {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : refuse('--overlap is no number of seconds');
}

function readBody(value: string, clientId: string | undefined): BodyFormat {
  const [, format, field = 'refresh_token'] = /^(form|json)(?::(.+))?$/.exec(value) ?? [];
  if (!format) refuse('--body is not form, json, form:FIELD or json:FIELD');
  return { format: format === 'form' ? 'form' : 'json', field, clientId };
}
