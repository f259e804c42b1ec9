/** Sessions to check with: by the sign-in command a fresh one each time, by a cookie jar the one that is there. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKnownShapes } from '../refresh/token-shapes.js';
import { CannotCheckError, type CheckOptions } from './arguments.js';
import { type Cookie, readJar } from './cookies.js';
import type { Secrets } from './secrets.js';
import { lastLines } from './sign-in-errors.js';
import { COMMAND_DEADLINE, type Surroundings } from './surroundings.js';

export interface Session {
  cookies: readonly Cookie[];
  /** Where it travels in the body. */
  refreshToken: string | undefined;
  isOver: boolean;
}

export interface Sessions {
  /**
   * `undefined`: there is no session left, and none can be begun.
   *
   * @throws CannotCheckError where the sign-in fails
   */
  open(): Promise<Session | undefined>;
  /** Why there is none. */
  readonly whyNone: string;
}

export function createSessions(
  { signIn, cookieJar, body }: CheckOptions,
  surroundings: Surroundings,
  secrets: Secrets,
): Sessions {
  let fromJar: Session | undefined;

  function begin(cookies: readonly Cookie[], refreshToken: string | undefined): Session {
    for (const { value } of cookies) secrets.add(value);
    secrets.add(refreshToken);
    return { cookies, refreshToken, isOver: false };
  }

  async function bySignIn(command: string): Promise<Session> {
    // Others on this machine can't read this folder.
    const folder = await mkdtemp(join(tmpdir(), 'silent-refresh-check-'));
    const jar = join(folder, 'cookies.txt');
    try {
      const { code, stdout, stderr, isTooSlow } = await surroundings.run(command, { COOKIE_JAR: jar });
      const cookies = readJar(await readFile(jar, 'utf8').catch(() => ''));
      if (isTooSlow)
        throw new CannotCheckError(`the sign-in command took more than ${COMMAND_DEADLINE / 1_000} s, and was ended`);
      if (code !== 0) {
        for (const { value } of cookies) secrets.add(value);
        const lines = lastLines(stderr, command, process.env).map((line) => `\n  ${line}`);
        const said = lines.length ? `. It said:${lines.join('')}\nWhat may be secret is left out` : '';
        throw new CannotCheckError(`the sign-in command failed (exit code ${code ?? 'none'})${said}`);
      }
      if (body) return begin(cookies, refreshTokenIn(stdout, body.field));
      if (!cookies.length) {
        throw new CannotCheckError(
          'the sign-in command wrote no cookie to the file $COOKIE_JAR: with curl, -c "$COOKIE_JAR"',
        );
      }
      return begin(cookies, undefined);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function byJar(file: string): Promise<Session> {
    const text = await readFile(file, 'utf8').catch(() => {
      throw new CannotCheckError("the file of --cookie-jar can't be read");
    });
    return begin(readJar(text), undefined);
  }

  return {
    whyNone: cookieJar ? 'the session of the cookie jar is over: give --sign-in' : 'give --sign-in',
    async open() {
      if (signIn) return bySignIn(signIn);
      if (cookieJar) fromJar ??= await byJar(cookieJar);
      return fromJar?.isOver ? undefined : fromJar;
    },
  };
}

function refreshTokenIn(stdout: string, field = 'refresh_token'): string {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    // The parser's error would quote the token.
    throw new CannotCheckError('the sign-in command printed no JSON');
  }
  const token: unknown = Object(answer)[field] ?? readKnownShapes(answer, undefined).refreshToken;
  if (typeof token === 'string' && token) return token;
  throw new CannotCheckError('the sign-in command printed JSON without a refresh token');
}
