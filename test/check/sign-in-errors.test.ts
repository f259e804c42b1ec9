/** A sign-in command that fails or hangs: the report says why, without what it may quote. */

import { describe, expect, it } from 'vitest';
import { lastLines } from '../../src/check/sign-in-errors.ts';
import { runInShell } from '../../src/check/surroundings.ts';
import { checked } from './checked.ts';

const URL_HERE = 'http://localhost:3000/auth/refresh';
const fetch: typeof globalThis.fetch = async () => Response.json({}, { status: 401 });

it('its last lines are shown', async () => {
  const run = () => runInShell("echo 'curl: (22) The requested URL returned error: 404' >&2; exit 22", {});
  const { output, code } = await checked(['check', URL_HERE, '--sign-in', 'curl -f localhost'], { fetch, run });
  expect(output).toContain(
    'the sign-in command failed (exit code 22). It said:\n  curl: (22) The requested URL returned error: 404\n',
  );
  expect(code).toBe(2);
});

it.each([
  ['a word of the command', "curl -d 'user=ada&password=hunter22' http://a/", '+ password=hunter22', 'hunter22'],
  ['a user of the command', 'curl -uada:hunter22 http://a/', 'ada:hunter22 is wrong', 'hunter22'],
  ['a user in its address', 'curl http://ada:hunter22@localhost/', 'tried hunter22', 'hunter22'],
  ['a variable of the environment', 'curl -d "p=$PASS" http://a/', 'p=hunter22', 'hunter22'],
  ['a cookie', 'curl http://a/', '< Set-Cookie: rt=short1; Path=/', 'short1'],
  ['an authorization', 'curl http://a/', '> Authorization: Basic c2hvcnQ=', 'c2hvcnQ='],
  ['a token', 'curl http://a/', '{"t":"abcdefghijklmnopqrstuvwx"}', 'abcdefghijklmnopqrstuvwx'],
  ['a query', 'curl http://a/', 'GET /login?key=short1 failed', 'short1'],
])('%s is left out', (_what, command, stderr, secret) => {
  const lines = lastLines(`one\n${stderr}\n`, command, { PASS: 'hunter22' });
  expect(lines[0]).toBe('one');
  expect(lines.join()).not.toContain(secret);
});

/** Of one line. */
const shown = (command: string, stderr: string, env: Record<string, string> = {}) => lastLines(stderr, command, env)[0];

describe('what is left out of a line, and what stays', () => {
  it.each([
    ['a word of four letters', 'login -p ab12', 'ab12 is wrong', '… is wrong'],
    ['each time that it is there', 'login -p ab12', 'ab12, ab12', '…, …'],
    ['a word after several blanks', 'login   -p \t hunter22', 'hunter22 is wrong', '… is wrong'],
    ['a value right behind its option', 'login -phunter22', 'hunter22 is wrong', '… is wrong'],
    ['a value behind a long option', 'login --password=hunter22', 'hunter22 is wrong', '… is wrong'],
    ['a value that looks like a long option', 'login -p --hunt!22', '--hunt!22 is wrong', '… is wrong'],
    ['a value with two hyphens inside', 'login -p hunt--22', 'hunt--22 is wrong', '… is wrong'],
    ['a part of JSON', 'login {"p":"hunter22"}', 'hunter22 is wrong', '… is wrong'],
    ['a part of an array', 'login [hunter22]', 'hunter22 is wrong', '… is wrong'],
    ['a part of a call', "node -e login('hunter22',1);", 'hunter22 is wrong', '… is wrong'],
    ['a part of a form', 'login user=ada&p=hunter22', 'hunter22 is wrong', '… is wrong'],
    ['a part of a pipe', 'login|echo <hunter22>|x', 'hunter22 is wrong', '… is wrong'],
    ['a part after a backslash', 'login ada\\hunter22', 'hunter22 is wrong', '… is wrong'],
    ['a query of its address', 'login https://a.test/in?p=hunter22', 'hunter22 is wrong', '… is wrong'],
    ['a query of its address, in quotes', "login 'http://a.test/in?p=hunter22'", 'hunter22 is wrong', '… is wrong'],
    ['a user of its address', 'login https://hunter22@a.test/', 'hunter22 is wrong', '… is wrong'],
  ])('%s', (_what, command, stderr, line) => {
    expect(shown(command, stderr)).toBe(line);
  });

  it.each([
    ['the program', 'curl -s x', 'curl: (7) no connection'],
    ['a word of three letters', 'login -p abc', 'abc is wrong'],
    ['the part before a hyphen', 'login -p retry-1', 'curl: no retry is left'],
    ['the name of a long option', 'login --retry-all 3', 'option --retry-all: is unknown'],
    ['an address by http', 'login http://a.test/sign-in', 'no answer from http://a.test/sign-in'],
    ['an address by https', 'login https://a.test/sign-in', 'no answer from https://a.test/sign-in'],
  ])('%s stays', (_what, command, stderr) => {
    expect(shown(command, stderr)).toBe(stderr);
  });

  it.each([['login hunt hunter22'], ['login hunter22 hunt'], ['login hunt hunter hunter22 hunters']])(
    'a longer word goes before a part of it: %s',
    (command) => {
      expect(shown(command, 'got hunter22')).toBe('got …');
    },
  );

  it.each([
    ['$PASS', 'login -p $PASS'],
    ['$PASS in quotes', 'login -p "$PASS"'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's.
    ['$PASS in braces', 'login -p ${PASS}'],
  ])('the value of %s is left out', (_name, command) => {
    expect(shown(command, 'ab12 is wrong', { PASS: 'ab12' })).toBe('… is wrong');
  });

  it('a value of three letters stays, and so does that of a variable which the command does not name', () => {
    expect(shown('login -p $PASS', 'abc is wrong', { PASS: 'abc', HOME: 'wrong' })).toBe('abc is wrong');
  });

  it('a variable that is not set leaves the line as it is', () => {
    expect(shown('login -p $PASS', 'a b c')).toBe('a b c');
  });
});

describe('how much of it is shown', () => {
  it('the last five lines', () => {
    expect(lastLines('a\nb\nc\nd\ne\nf\ng', 'login', {})).toEqual(['c', 'd', 'e', 'f', 'g']);
  });

  it('no empty ones, however its lines end', () => {
    expect(lastLines('\r\none\r\n  \r\n\ntwo\rthree\n', 'login', {})).toEqual(['one', 'two', 'three']);
  });

  it('nothing where it said nothing', () => {
    expect(lastLines(' \n', 'login', {})).toEqual([]);
  });

  it('200 characters of a line', () => {
    const long = 'no '.repeat(100);
    expect(shown('login', long)).toBe(long.slice(0, 200));
  });
});

it('what it wrote to the jar before it failed is left out', async () => {
  const { output } = await checked(['check', URL_HERE, '--sign-in', 'x'], {
    fetch,
    run: (_command, variables) =>
      runInShell(
        "printf 'localhost\\tFALSE\\t/\\tFALSE\\t0\\trt\\tshort1' > $COOKIE_JAR; echo got short1 >&2; exit 1",
        variables,
      ),
  });
  expect(output).toContain('  got …');
});

it('one that hangs is ended with all that it has started, and that is said', async () => {
  const started = Date.now();
  const result = await runInShell('sleep 30 & sleep 30', {}, 200);
  expect(result).toMatchObject({ isTooSlow: true });
  expect(Date.now() - started).toBeLessThan(5_000);
  const { output, code } = await checked(['check', URL_HERE, '--sign-in', 'x'], { fetch, run: async () => result });
  expect(output).toContain('the sign-in command took more than 60 s, and was ended.');
  expect(code).toBe(2);
});
