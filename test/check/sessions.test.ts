/** The sessions to check with: by a sign-in command, by a cookie jar, or none. */

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CannotCheckError } from '../../src/check/arguments.ts';
import { createSecrets } from '../../src/check/secrets.ts';
import { createSessions } from '../../src/check/sessions.ts';
import type { CommandResult, Surroundings } from '../../src/check/surroundings.ts';
import { nobody, optionsOf, surroundingsOf } from './on-stage.ts';

const JAR = '#HttpOnly_id.example.com\tFALSE\t/auth\tTRUE\t0\tsession\trefresh-secret\n';
const SIGN_IN = ['--sign-in', 'login'];
const IN_BODY = [...SIGN_IN, '--body', 'json'];

function start(args: readonly string[], run?: Surroundings['run']) {
  const secrets = createSecrets();
  const surroundings = surroundingsOf(nobody, run && { run });
  return { secrets, sessions: createSessions(optionsOf(args), surroundings, secrets) };
}

/** @param jar what the command writes to the jar, if anything */
const command =
  (result: Partial<CommandResult>, jar?: string): Surroundings['run'] =>
  async (_command, { COOKIE_JAR = '' }) => {
    if (jar !== undefined) await writeFile(COOKIE_JAR, jar);
    return { code: 0, stdout: '', stderr: '', ...result };
  };

const whyNot = async (args: readonly string[], run?: Surroundings['run']): Promise<string> => {
  const error = await start(args, run)
    .sessions.open()
    .then(undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(CannotCheckError);
  return (error as Error).message;
};

describe('by a sign-in command', () => {
  it('the cookies of its jar are the session, and secrets', async () => {
    const { sessions, secrets } = start(SIGN_IN, command({}, JAR));
    expect(await sessions.open()).toMatchObject({
      cookies: [{ name: 'session', value: 'refresh-secret', path: '/auth' }],
      refreshToken: undefined,
      isOver: false,
    });
    expect(secrets.hide('got refresh-secret')).toBe('got …');
  });

  it('each session is a fresh one', async () => {
    let count = 0;
    const { sessions } = start(SIGN_IN, (...args) => command({}, JAR.replace('secret', `${++count}`))(...args));
    const values = [await sessions.open(), await sessions.open()].map((session) => session?.cookies[0]?.value);
    expect(values).toEqual(['refresh-1', 'refresh-2']);
  });

  it('nothing of the jar is left behind, whether it succeeds or fails', async () => {
    for (const code of [0, 1]) {
      let jar = '';
      const { sessions } = start(SIGN_IN, async (text, variables) => {
        jar = variables.COOKIE_JAR ?? '';
        const result = await command({ code }, JAR)(text, variables);
        expect(await readFile(jar, 'utf8')).toBe(JAR);
        return result;
      });
      await sessions.open().catch(() => {});
      expect(jar).not.toBe('');
      expect(existsSync(dirname(jar))).toBe(false);
    }
  });

  it.each<[string, Partial<CommandResult>, string]>([
    ['without a word', { code: 1 }, 'the sign-in command failed (exit code 1)'],
    ['with empty lines', { code: 1, stderr: '\n \n' }, 'the sign-in command failed (exit code 1)'],
    ['by a signal', { code: undefined }, 'the sign-in command failed (exit code none)'],
    [
      'with words',
      { code: 22, stderr: 'one\ntwo\n' },
      'the sign-in command failed (exit code 22). It said:\n  one\n  two\nWhat may be secret is left out',
    ],
    [
      'since it took too long',
      { code: undefined, isTooSlow: true },
      'the sign-in command took more than 60 s, and was ended',
    ],
  ])('that fails %s, that is said', async (_what, result, why) => {
    expect(await whyNot(SIGN_IN, command(result, JAR))).toBe(why);
  });

  it('that fails, what it has written to the jar is a secret', async () => {
    const { sessions, secrets } = start(SIGN_IN, command({ code: 1 }, JAR));
    await expect(sessions.open()).rejects.toThrow();
    expect(secrets.hide('got refresh-secret')).toBe('got …');
  });

  it.each([
    ['no jar', undefined],
    ['an empty jar', '# Netscape HTTP Cookie File\n'],
  ])('that writes %s, how curl does it is said', async (_what, jar) => {
    expect(await whyNot(SIGN_IN, command({}, jar))).toBe(
      'the sign-in command wrote no cookie to the file $COOKIE_JAR: with curl, -c "$COOKIE_JAR"',
    );
  });
});

describe('a refresh token in what the command prints', () => {
  it.each([
    ['as OAuth names it', IN_BODY, { refresh_token: 'token-secret' }],
    ['in a field of its own', [...SIGN_IN, '--body', 'json:rt'], { rt: 'token-secret', refresh_token: 'other' }],
    ['under a name that is known as well', IN_BODY, { refreshToken: 'token-secret' }],
  ])('is taken %s, and is a secret', async (_what, args, answer) => {
    const { sessions, secrets } = start(args, command({ stdout: JSON.stringify(answer) }));
    expect(await sessions.open()).toMatchObject({ cookies: [], refreshToken: 'token-secret' });
    expect(secrets.hide('got token-secret')).toBe('got …');
  });

  it.each([
    ['no JSON', 'token-secret', 'the sign-in command printed no JSON'],
    ['nothing', '', 'the sign-in command printed no JSON'],
    ['no token', '{}', 'the sign-in command printed JSON without a refresh token'],
    ['null', 'null', 'the sign-in command printed JSON without a refresh token'],
    ['a number', '{"refresh_token": 12345}', 'the sign-in command printed JSON without a refresh token'],
    ['an empty one', '{"refresh_token": ""}', 'the sign-in command printed JSON without a refresh token'],
  ])('is wanted: %s is none', async (_what, stdout, why) => {
    expect(await whyNot(IN_BODY, command({ stdout }))).toBe(why);
  });
});

describe('by a cookie jar', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'silent-refresh-test-'));
    file = join(folder, 'jar.txt');
    await writeFile(file, JAR);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('there is one session, until it is over', async () => {
    const { sessions, secrets } = start(['--cookie-jar', file]);
    const session = await sessions.open();
    expect(session?.cookies).toMatchObject([{ name: 'session', value: 'refresh-secret' }]);
    expect(await sessions.open()).toBe(session);
    expect(secrets.hide('got refresh-secret')).toBe('got …');
    if (session) session.isOver = true;
    expect(await sessions.open()).toBeUndefined();
    expect(sessions.whyNone).toBe('the session of the cookie jar is over: give --sign-in');
  });

  it("that can't be read, that is said without its name", async () => {
    expect(await whyNot(['--cookie-jar', join(folder, 'none.txt')])).toBe("the file of --cookie-jar can't be read");
  });
});

it('without either there is no session, and --sign-in is asked for', async () => {
  const { sessions } = start([]);
  expect(await sessions.open()).toBeUndefined();
  expect(sessions.whyNone).toBe('give --sign-in');
});
