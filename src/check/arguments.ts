/** The arguments of the command, checked. */

import { parseArgs } from 'node:util';
import { LOOPBACK } from '../safe-url.js';

export interface CheckOptions {
  readonly url: URL;
  readonly signIn: string | undefined;
  readonly cookieJar: string | undefined;
  /** The name of the one that holds the refresh token; `undefined`: it is found out. */
  readonly cookie: string | undefined;
  /** The name of the one that scripts read, as the client's option `hintCookie` has it. */
  readonly hintCookie: string | undefined;
  readonly body: BodyFormat | undefined;
  readonly signOut: URL | undefined;
  /** How the sign-out gets the refresh token, where a body holds that. */
  readonly signOutBody: BodyFormat;
  /** Of the pages, where it isn't the auth server's. */
  readonly origin: URL | undefined;
  readonly csrf: { readonly cookie: string; readonly header: string } | undefined;
  /** Sent along with each request, such as an API key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly overlap: number;
}

/** How the refresh token travels where no cookie holds it. */
export interface BodyFormat {
  readonly format: 'form' | 'json';
  /** `undefined`: the fields that the client sends by default (RFC 6749 §6, RFC 7009 §2.1). */
  readonly field: string | undefined;
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
  const clientId = values['client-id'];
  const signOutBody = values['sign-out-body'];
  const body = values.body === undefined ? undefined : readBody('--body', values.body, clientId);
  if (body && cookieJar) refuse('with --body give --sign-in: a cookie jar holds no token for a body');
  if (body && values.cookie) refuse('give --cookie or --body, not both');
  const hintCookie = values['hint-cookie'];
  if (body && hintCookie) refuse('--hint-cookie is of no use with --body: no cookie holds the refresh token');
  if (hintCookie && hintCookie === values.cookie)
    refuse('--cookie and --hint-cookie name one cookie: the hint is another one');
  if (!body && (signOutBody ?? clientId) !== undefined) refuse('--client-id and --sign-out-body need --body');
  const endpoint = readUrl('URL', url, remote);
  return {
    url: endpoint,
    signIn,
    cookieJar,
    cookie: values.cookie,
    hintCookie: hintCookie === undefined ? undefined : readCookieName('--hint-cookie', hintCookie),
    body,
    signOut: values['sign-out'] === undefined ? undefined : readUrl('--sign-out', values['sign-out'], remote),
    signOutBody: readBody('--sign-out-body', signOutBody ?? 'form', clientId),
    origin: values.origin === undefined ? undefined : readOrigin(values.origin, endpoint),
    csrf: values.csrf === undefined ? undefined : readCsrf(values.csrf),
    headers: Object.fromEntries((values.header ?? []).map(readHeader)),
    overlap: readSeconds(values.overlap ?? '30') * 1_000,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    'sign-in': text,
    'cookie-jar': text,
    cookie: text,
    'hint-cookie': text,
    body: text,
    'client-id': text,
    'sign-out': text,
    'sign-out-body': text,
    header: { type: 'string', multiple: true },
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

/** RFC 6265 §4.1.1: a name is a token. */
const readCookieName = (where: string, value: string): string =>
  /^[^\s=;,]+$/.test(value) ? value : refuse(`${where} is no name of a cookie, such as has_session`);

function readSeconds(value: string): number {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : refuse('--overlap is no number of seconds');
}

function readBody(where: string, value: string, clientId: string | undefined): BodyFormat {
  const [, format, field] = /^(form|json)(?::(.+))?$/.exec(value) ?? [];
  if (!format) refuse(`${where} is not form, json, form:FIELD or json:FIELD`);
  return { format: format === 'form' ? 'form' : 'json', field, clientId };
}

/** RFC 9110 §5: a name is a token, and browsers send a value of Latin letters. */
function readHeader(line: string): [name: string, value: string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([ -~\xa1-\xff]+)$/.exec(line) ?? [];
  return name && value ? [name, value] : refuse("--header is not 'Name: value', such as 'X-Api-Key: …'");
}
