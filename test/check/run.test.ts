/** The command as a whole: its exit code, and an error that nobody has thought of. */

import { describe, expect, it } from 'vitest';
import { run } from '../../src/check/run.ts';
import type { Surroundings } from '../../src/check/surroundings.ts';
import { nobody, surroundingsOf } from './on-stage.ts';

const HERE = 'http://localhost:3000/auth/refresh';
const OWN_FAULT = 'silent-refresh check: this is a fault of the command itself.';

async function said(args: readonly string[], surroundings: Partial<Surroundings> = {}) {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await run(
    args,
    surroundingsOf(nobody, {
      print: (line) => void printed.push(line),
      complain: (line) => void complained.push(line),
      ...surroundings,
    }),
  );
  return { code, printed, complained };
}

describe('an error that nobody has thought of', () => {
  const thrown = (error: unknown) =>
    said(['check', HERE], {
      now() {
        throw error;
      },
    });

  it('is called a fault of the command, with where it was, and without its message', async () => {
    const { code, complained } = await thrown(new Error('Cookie: session=secret'));
    const [first, ...frames] = complained.join('\n').split('\n');
    expect(first).toBe(OWN_FAULT);
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) expect(frame).toMatch(/^ +at /);
    expect(code).toBe(2);
  });

  it.each([
    ['a text', 'Cookie: session=secret'],
    ['an error without a place', Object.assign(new Error('secret'), { stack: undefined })],
    ['an error whose place is unreadable', Object.assign(new Error('secret'), { stack: 'Error: secret' })],
  ])('has no place where it is %s', async (_what, error) => {
    expect(await thrown(error)).toMatchObject({ code: 2, complained: [OWN_FAULT] });
  });
});

it('where nothing answers, the reason is all that it says, and not how to use it', async () => {
  const { code, complained } = await said(['check', HERE], { fetch: () => Promise.reject(new TypeError('secret')) });
  expect(complained).toEqual(['silent-refresh check: no answer came (network error).']);
  expect(code).toBe(2);
});

it('the address is printed first, without its query', async () => {
  const { printed, code } = await said(['check', `${HERE}?key=secret#secret`]);
  expect(printed[0]).toBe(`${HERE}\n`);
  expect(code).toBe(0);
});

it('what is not checked is told of with the reason', async () => {
  const { printed } = await said(['check', HERE]);
  expect(printed).toContain('- not checked  each refresh gives another refresh token (give --sign-in)');
});

it('a finding that is broken is exit code 1', async () => {
  const fetch = async () => Response.json({}, { status: 500 });
  expect(await said(['check', HERE], { fetch })).toMatchObject({ code: 1, complained: [] });
});
