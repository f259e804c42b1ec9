/** A sign-in command that fails or hangs: the report says why, without what it may quote. */

import { expect, it } from 'vitest';
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
