/** The arguments: what is refused, in words that hold no secret, before anything is sent. */

import { describe, expect, it, vi } from 'vitest';
import { readArguments, UsageError } from '../../src/check/arguments.ts';
import { checked } from './checked.ts';

const URL_HERE = 'http://localhost:3000/auth/refresh';
const SECRET = 'secret-value';

describe('refused, with the usage and exit code 2', () => {
  it.each<[string, string[], string]>([
    ['no command', [], "the command is 'check'"],
    ['another command', ['test', URL_HERE], "the command is 'check'"],
    ['no URL', ['check'], 'the URL of the token endpoint is missing'],
    ['a relative URL', ['check', `/auth/refresh?key=${SECRET}`], 'URL is no absolute URL'],
    ['another protocol', ['check', `ftp://localhost/${SECRET}`], 'URL is neither http nor https'],
    ['a password in the URL', ['check', `http://ada:${SECRET}@localhost/`], 'URL has a user name or password'],
    ['a command without quotes', ['check', URL_HERE, '--sign-in', 'curl', SECRET], 'there is an argument too many'],
    ['an unknown option', ['check', URL_HERE, `--token=${SECRET}`], "Unknown option '--token'"],
    ['an option without its value', ['check', URL_HERE, '--sign-in'], "Option '--sign-in <value>' argument missing"],
    ['two kinds of session', ['check', URL_HERE, '--sign-in', 'a', '--cookie-jar', 'b'], 'not both'],
    ['a jar for a body', ['check', URL_HERE, '--body', 'json', '--cookie-jar', 'b'], 'with --body give --sign-in'],
    ['another body', ['check', URL_HERE, '--body', 'xml'], '--body is not form, json'],
    [
      'another body for the sign-out',
      ['check', URL_HERE, '--body', 'json', '--sign-out-body', 'x'],
      '--sign-out-body is',
    ],
    ['a body for the sign-out alone', ['check', URL_HERE, '--sign-out-body', 'json'], 'need --body'],
    ['a cookie and a body', ['check', URL_HERE, '--body', 'json', '--cookie', 'a'], 'give --cookie or --body'],
    [
      'a hint and a body',
      ['check', URL_HERE, '--body', 'json', '--hint-cookie', 'a'],
      '--hint-cookie is of no use with',
    ],
    [
      'the refresh token for a hint',
      ['check', URL_HERE, '--cookie', 'a', '--hint-cookie', 'a'],
      '--cookie and --hint-cookie name one cookie',
    ],
    ['a hint that is no name', ['check', URL_HERE, '--hint-cookie', `a=${SECRET}`], '--hint-cookie is no name'],
    ['no header', ['check', URL_HERE, '--header', SECRET], "--header is not 'Name: value'"],
    ['no origin', ['check', URL_HERE, '--origin', 'app.example.com'], '--origin is no origin'],
    ['half of a CSRF pair', ['check', URL_HERE, '--csrf', 'XSRF-TOKEN'], '--csrf is not COOKIE=HEADER'],
    ['a CSRF pair without its header', ['check', URL_HERE, '--csrf', 'XSRF-TOKEN='], '--csrf is not COOKIE=HEADER'],
    ['a CSRF pair without its cookie', ['check', URL_HERE, '--csrf==X-XSRF-TOKEN'], '--csrf is not COOKIE=HEADER'],
    ['three of a CSRF pair', ['check', URL_HERE, '--csrf', 'a=b=c'], '--csrf is not COOKIE=HEADER'],
    ['a CSRF header with a blank', ['check', URL_HERE, '--csrf', 'a=X-XSRF TOKEN'], '--csrf is not COOKIE=HEADER'],
    ['no number', ['check', URL_HERE, '--overlap', 'ten'], '--overlap is no number of seconds'],
    ['a number with its unit', ['check', URL_HERE, '--overlap', '10s'], '--overlap is no number of seconds'],
    ['a number with its sign', ['check', URL_HERE, '--overlap', '+10'], '--overlap is no number of seconds'],
    ['a number without its fraction', ['check', URL_HERE, '--overlap', '10.'], '--overlap is no number of seconds'],
    ['a body that begins like one', ['check', URL_HERE, '--body', 'json5'], '--body is not form, json'],
    ['a body that ends like one', ['check', URL_HERE, '--body', 'my-form'], '--body is not form, json'],
    ['a body without its field', ['check', URL_HERE, '--body', 'json:'], '--body is not form, json'],
    ['a header without its value', ['check', URL_HERE, '--header', 'X-Api-Key:'], "--header is not 'Name: value'"],
    ['a header without its name', ['check', URL_HERE, '--header', `: ${SECRET}`], "--header is not 'Name: value'"],
    ['a header of two words', ['check', URL_HERE, '--header', `Api Key: ${SECRET}`], "--header is not 'Name: value'"],
    ['a header of two lines', ['check', URL_HERE, '--header', `Key: ${SECRET}\nb`], "--header is not 'Name: value'"],
    ['a header that rings', ['check', URL_HERE, '--header', `Key: ${SECRET}\u0007`], "--header is not 'Name: value'"],
    ['a hint of two words', ['check', URL_HERE, '--hint-cookie', 'has session'], '--hint-cookie is no name'],
    ['a hint with more behind it', ['check', URL_HERE, '--hint-cookie', 'a;'], '--hint-cookie is no name'],
    ['a hint with more before it', ['check', URL_HERE, '--hint-cookie', ',a'], '--hint-cookie is no name'],
    ['another machine', ['check', 'https://id.example.com/refresh'], 'is not this machine'],
    ['a name that only looks like here', ['check', 'http://localhost.example.com/'], 'is not this machine'],
    [
      'a sign-out elsewhere',
      ['check', URL_HERE, '--sign-out', 'https://id.example.com/'],
      '--sign-out is on id.example',
    ],
    ['plain http elsewhere', ['check', 'http://id.example.com/', '--remote'], 'use https'],
  ])('%s', async (_what, args, why) => {
    const fetch = vi.fn<typeof globalThis.fetch>();
    const { code, output } = await checked(args, { fetch }, [SECRET]);
    expect(output).toContain(why);
    expect(output).toContain('npx silent-refresh check URL [options]');
    expect(code).toBe(2);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('another machine is refused with the reason', () => {
    expect(() => readArguments(['check', 'https://id.example.com/refresh'])).toThrow(UsageError);
    expect(() => readArguments(['check', 'https://id.example.com/refresh'])).toThrow(/looks like an attack/);
  });
});

it('--help prints the usage, and nothing is wrong', async () => {
  const { code, output } = await checked(['--help']);
  expect(output).toContain('--sign-in COMMAND');
  expect(code).toBe(0);
});

it('an unknown option is named, and that is all', () => {
  expect(() => readArguments(['check', URL_HERE, `--token=${SECRET}`])).toThrow(/^Unknown option '--token'$/);
});

describe('accepted', () => {
  it.each([
    ['X-Api-Key: key', 'X-Api-Key', 'key'],
    ['X-Api-Key:key', 'X-Api-Key', 'key'],
    ['X-Api-Key: \t  key', 'X-Api-Key', 'key'],
    ['X-Api-Key: Bearer: a b', 'X-Api-Key', 'Bearer: a b'],
    ['X-Name: Zoë', 'X-Name', 'Zoë'],
    ['~x.y!: 1', '~x.y!', '1'],
  ])('a header, %j', (line, name, value) => {
    expect(readArguments(['check', URL_HERE, '--header', line])?.headers).toEqual({ [name]: value });
  });

  it('a header twice over', () => {
    const args = ['check', URL_HERE, '--header', 'a: 1', '--header', 'b: 2'];
    expect(readArguments(args)?.headers).toEqual({ a: '1', b: '2' });
  });

  it.each([
    ['0', 0],
    ['10', 10_000],
    ['0.25', 250],
  ])('an overlap of %s s', (seconds, overlap) => {
    expect(readArguments(['check', URL_HERE, '--overlap', seconds])?.overlap).toBe(overlap);
  });

  it('no options: the overlap is 30 s, and nothing else is known', () => {
    expect(readArguments(['check', URL_HERE])).toEqual({
      url: new URL(URL_HERE),
      signOutBody: { format: 'form' },
      headers: {},
      overlap: 30_000,
    });
  });

  it.each([
    ['form', { format: 'form' }],
    ['json', { format: 'json' }],
    ['json:a:b', { format: 'json', field: 'a:b' }],
  ])('a body, %s', (format, body) => {
    expect(readArguments(['check', URL_HERE, '--body', format])?.body).toEqual(body);
  });

  it('a hint cookie', () => {
    expect(readArguments(['check', URL_HERE, '--hint-cookie', 'has_session'])?.hintCookie).toBe('has_session');
  });

  it.each([['http://127.0.0.1/'], ['http://[::1]:3000/'], ['http://auth.localhost/'], ['https://localhost/']])(
    '%s is this machine',
    (url) => {
      expect(readArguments(['check', url])?.url.href).toBe(url);
    },
  );

  it('another machine with --remote', () => {
    expect(readArguments(['check', 'https://id.example.com/refresh', '--remote'])?.url.hostname).toBe('id.example.com');
  });

  it('all options', () => {
    const more =
      '--sign-in x --sign-out http://localhost:3000/out --csrf XSRF-TOKEN=X-XSRF-TOKEN --overlap 2.5 --body json:rt';
    expect(
      readArguments(['check', URL_HERE, '--origin', 'https://app.example.com/', ...more.split(' ')]),
    ).toMatchObject({
      signIn: 'x',
      origin: new URL('https://app.example.com'),
      csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' },
      overlap: 2_500,
      body: { format: 'json', field: 'rt' },
    });
  });

  it("the server's own origin is no other one: CORS is not asked for", () => {
    expect(readArguments(['check', URL_HERE, '--origin', 'http://localhost:3000'])?.origin).toBeUndefined();
  });
});
