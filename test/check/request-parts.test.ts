/** What requests are made of: bodies as the client writes them, values that a header can carry, and forged tokens. */

import { describe, expect, it } from 'vitest';
import {
  asBytes,
  contentTypeOf,
  decoded,
  forgedToken,
  isSendable,
  refreshBody,
  signOutBody,
} from '../../src/check/request-parts.ts';

const form = { format: 'form', field: undefined, clientId: undefined } as const;
const json = { ...form, format: 'json' } as const;
const own = { field: 'rt' } as const;
const spa = { clientId: 'spa' } as const;

describe('a body with the refresh token', () => {
  it.each([
    ['a form', form, 'grant_type=refresh_token&refresh_token=a'],
    ['a form with a field of its own', { ...form, ...own }, 'grant_type=refresh_token&rt=a'],
    ['a form with a client', { ...form, ...spa }, 'grant_type=refresh_token&refresh_token=a&client_id=spa'],
    ['JSON', json, '{"grant_type":"refresh_token","refresh_token":"a"}'],
    ['JSON with a field of its own', { ...json, ...own }, '{"rt":"a"}'],
    ['JSON with both', { ...json, ...own, ...spa }, '{"rt":"a","client_id":"spa"}'],
  ])('is %s', (_what, format, body) => {
    expect(refreshBody(format, 'a')).toBe(body);
  });

  it('without one has no field for it', () => {
    expect(refreshBody(form, undefined)).toBe('grant_type=refresh_token');
  });
});

describe('a body of a sign-out', () => {
  it.each([
    ['a form', form, 'token=a&token_type_hint=refresh_token'],
    ['a form with a client', { ...form, ...spa }, 'token=a&token_type_hint=refresh_token&client_id=spa'],
    ['JSON with a field of its own', { ...json, ...own }, '{"rt":"a"}'],
  ])('is %s', (_what, format, body) => {
    expect(signOutBody(format, 'a')).toBe(body);
  });

  it('without a token has an empty one', () => {
    expect(signOutBody(form)).toBe('token=&token_type_hint=refresh_token');
  });
});

it('each format has its type', () => {
  expect(contentTypeOf(form)).toBe('application/x-www-form-urlencoded');
  expect(contentTypeOf(json)).toBe('application/json');
});

describe('a value of a header', () => {
  it.each([
    ['a=b; c=d', true],
    ['', true],
    [asBytes('café-€'), true],
    ['café-€', false],
    ['a\u0000b', false],
  ])('%j can be sent: %s', (value, expected) => {
    expect(isSendable(value)).toBe(expected);
  });
});

describe('a CSRF cookie', () => {
  it.each([
    ['a%3Db', 'a=b'],
    ['a=b', 'a=b'],
    ['100%', '100%'],
    ['', ''],
    [undefined, undefined],
  ])('%j is read as %j', (value, expected) => {
    expect(decoded(value)).toBe(expected);
  });
});

describe('a forged token', () => {
  it.each([
    [0, 16],
    [16, 16],
    [17, 17],
    [500, 500],
    [undefined, 43],
  ])('for one of %s letters has %i', (length, expected) => {
    expect(forgedToken(length)).toMatch(new RegExp(`^[a-z]{${expected}}$`));
  });

  it('is another one each time', () => {
    expect(forgedToken()).not.toBe(forgedToken());
  });
});
