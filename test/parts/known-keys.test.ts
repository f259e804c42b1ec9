/** Misspelt options: which known one is meant. */

import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { checkKeys } from '../../src/known-keys.ts';

const KNOWN = ['refresh', 'signOut', 'refreshAhead', 'refreshTimeout', 'hintCookie', 'ab'];

function refusalOf(key: string): string | undefined {
  try {
    checkKeys('createAuthClient', { [key]: 1 }, KNOWN);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return undefined;
}

it('known ones pass', () => {
  expect(KNOWN.map(refusalOf)).toEqual(KNOWN.map(() => undefined));
});

it('one unknown among known ones is named', () => {
  const options = { refresh: '/r', signout: '/s', hintCookie: 'h' };

  expect(() => checkKeys('createAuthClient', options, KNOWN)).toThrow(
    "createAuthClient: there is no option 'signout'. Did you mean 'signOut'?",
  );
});

describe('the nearest one', () => {
  it.each([
    ['refreshURL', 'refresh'],
    ['REFRESH', 'refresh'],
    ['refrehsTimeout', 'refreshTimeout'],
    ['refreshahead', 'refreshAhead'],
    ['cookieHint', 'hintCookie'],
  ])('to %s is %s', (key, meant) => {
    expect(refusalOf(key)).toBe(`createAuthClient: there is no option '${key}'. Did you mean '${meant}'?`);
  });

  // The second and the third share a quarter of all pairs with a known one, and no more.
  it.each(['storage', 'abxx', 'hint', ''])('to %j isn’t like enough', (key) => {
    expect(refusalOf(key)).toBe(
      `createAuthClient: there is no option '${key}'. Known are refresh, signOut, refreshAhead, refreshTimeout, hintCookie, ab.`,
    );
  });

  it('isn’t looked for where none is known', () => {
    expect(() => checkKeys('use()', { any: 1 }, [])).toThrow("use(): there is no option 'any'. Known are .");
  });
});
