/** The strict server's access tokens: which are good, and why the others aren't. */

import { expect, it } from 'vitest';
import { createAccessTokens } from '../../../src/testing/server/access-tokens.ts';
import type { Family, Grant } from '../../../src/testing/server/sessions.ts';

function given() {
  let time = 0;
  let serial = 0;
  const tokens = createAccessTokens({ lifetime: 60 }, { now: () => time, secret: () => `token-${++serial}` });
  const family = { state: 'active' } as Family;
  const end = () => Object.assign(family, { state: 'revoked' });
  return {
    tokens,
    family,
    end,
    issue: () => tokens.issue({ family, generation: 1 } as Grant),
    at(ms: number) {
      time = ms;
    },
  };
}

it('one that the server doesn’t know, and none', () => {
  const { tokens } = given();
  expect(tokens.judge(undefined)).toEqual({ verdict: 'missing' });
  expect(tokens.judge('made up')).toEqual({ verdict: 'unknown' });
});

it('one that is good, until it expires', () => {
  const { tokens, issue, at } = given();
  const token = issue();
  at(59_999);
  expect(tokens.judge(token.id)).toEqual({ verdict: 'good', token });
  at(60_000);
  expect(tokens.judge(token.id)).toEqual({ verdict: 'expired', token });
});

it('one whose session is over, expired or not', () => {
  const { tokens, issue, end, at } = given();
  const token = issue();
  end();
  at(60_000);
  expect(tokens.judge(token.id)).toEqual({ verdict: 'revoked', token });
});

it('all of before expire at once; later ones are good', () => {
  const { tokens, issue } = given();
  const old = issue();
  tokens.expireAll();
  const token = issue();
  expect(tokens.judge(old.id)).toEqual({ verdict: 'expired', token: old });
  expect(tokens.judge(token.id)).toEqual({ verdict: 'good', token });
});

it('reset() forgets them', () => {
  const { tokens, issue } = given();
  const { id } = issue();
  tokens.reset();
  expect(tokens.judge(id)).toEqual({ verdict: 'unknown' });
});

it('of more than 100,000 the oldest is forgotten', () => {
  const { tokens, issue } = given();
  const first = issue();
  for (let more = 1; more < 100_000; more++) issue();
  expect(tokens.judge(first.id)).toEqual({ verdict: 'good', token: first });
  issue();
  expect(tokens.judge(first.id)).toEqual({ verdict: 'unknown' });
  expect(tokens.judge('token-2').verdict).toBe('good');
});
