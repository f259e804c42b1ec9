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
    ['no number', ['check', URL_HERE, '--overlap', 'ten'], '--overlap is no number of seconds'],
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

describe('accepted', () => {
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
