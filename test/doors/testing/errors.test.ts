/** What `createTestAuth()` rejects with: the errors of the real client, and the words that say who has asked for them. */

import { describe, expect, it } from 'vitest';
import { errorOf } from '../../../src/testing/error-of.ts';
import { readAnswer } from '../../../src/testing/read-answer.ts';
import { failureOf } from '../../given/failures.ts';

it.each([
  ['session-expired', false],
  ['signed-out', false],
  ['session-changed', false],
  ['refresh-unavailable', true],
  ['body-not-replayable', false],
  ['sign-in-failed', false],
  ['configuration', false],
] as const)('the error %s, by order', (code, retryable) => {
  expect(errorOf(code)).toMatchObject({ code, retryable, message: `The test has asked for the error "${code}".` });
});

describe('a sign-in whose answer is no grant', () => {
  it.each([
    [400, false],
    [429, true],
    [499, false],
    [500, true],
  ])('a %i', async (status, retryable) => {
    const response = new Response('', { status });
    const message = `The sign-in was answered ${status}.`;
    expect(await failureOf(readAnswer(response))).toMatchObject({
      code: 'sign-in-failed',
      retryable,
      message,
      response,
    });
  });

  it('an answer without a token', async () => {
    expect(await failureOf(readAnswer({ user: 'ada' }))).toMatchObject({
      code: 'sign-in-failed',
      retryable: false,
      message: expect.stringMatching(/^The sign-in brought no token: .+\.$/),
    });
  });
});
