/** The rules of docs/server/refresh-tokens.ts, in the table of SQLite that its store makes. */

import { describe, expect, it } from 'vitest';
import { familiesInSql } from '../../docs/server/family-store-sql.ts';
import { createRefreshTokens } from '../../docs/server/refresh-tokens.ts';
import { sqlite } from './usual-server.ts';

const HOUR = 3_600_000;
const OVERLAP = 5_000;

function setUp(overlap = OVERLAP) {
  const { database, count } = sqlite();
  const clock = { now: 1_000_000 };
  const store = familiesInSql(database);
  const tokens = createRefreshTokens(store, { session: HOUR, overlap }, () => clock.now);
  const rotated = async (refreshToken: string): Promise<string> => {
    const rotation = await tokens.rotate(refreshToken);
    if (!('refreshToken' in rotation)) throw new Error(rotation.outcome);
    return rotation.refreshToken;
  };
  return { tokens, rotated, store, clock, families: count, database };
}

type World = ReturnType<typeof setUp>;

describe('a refresh token', () => {
  it('is good once, and each rotation gives another one', async () => {
    const { tokens, rotated } = setUp();
    const first = await tokens.begin('ada');
    const second = await rotated(first);
    const third = await rotated(second);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(await tokens.rotate(third)).toMatchObject({ outcome: 'rotated', user: 'ada' });
  });

  it('that was spent a moment ago gets the same successor again', async () => {
    const { tokens, rotated, clock } = setUp();
    const first = await tokens.begin('ada');
    const second = await rotated(first);
    clock.now += OVERLAP - 1;
    expect(await tokens.rotate(first)).toEqual({ outcome: 'repeated', user: 'ada', refreshToken: second });
    expect(await tokens.rotate(second)).toMatchObject({ outcome: 'rotated' });
  });

  it('of which ten requests make use at once is rotated once', async () => {
    const { tokens } = setUp();
    const first = await tokens.begin('ada');
    const rotations = await Promise.all(Array.from({ length: 10 }, () => tokens.rotate(first)));
    const outcomes = rotations.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual([...Array(9).fill('repeated'), 'rotated']);
    expect(new Set(rotations.map((each) => 'refreshToken' in each && each.refreshToken)).size).toBe(1);
  });

  const later = {
    'after the overlap': async ({ clock }: World) => {
      clock.now += OVERLAP;
    },
    'after its successor was used': ({ rotated }: World, successor: string) => rotated(successor),
  };

  it.each(Object.entries(later))('that is used again %s ends its family', async (_, then) => {
    const world = setUp();
    const { tokens, rotated } = world;
    const first = await tokens.begin('ada');
    const second = await rotated(first);
    await then(world, second);
    expect(await tokens.rotate(first)).toEqual({ outcome: 'reused' });
    expect(await tokens.rotate(second)).toEqual({ outcome: 'unknown' });
    expect(world.families()).toBe(0);
  });

  it('used twice at once ends its family where there is no overlap', async () => {
    const { tokens, families } = setUp(0);
    const first = await tokens.begin('ada');
    const rotations = await Promise.all([tokens.rotate(first), tokens.rotate(first)]);
    expect(rotations.map(({ outcome }) => outcome).sort()).toEqual(['reused', 'rotated']);
    expect(families()).toBe(0);
  });

  it.each(['', 'x', 'x.y', '.', 'a.b.c'])('that was never issued (%j) ends nobody’s session', async (made) => {
    const { tokens, rotated } = setUp();
    const good = await tokens.begin('ada');
    expect(await tokens.rotate(made)).toEqual({ outcome: 'unknown' });
    await tokens.end(made);
    expect(await rotated(good)).toEqual(expect.any(String));
  });

  it('is good for nothing after the session’s lifetime, however often it was rotated', async () => {
    const { tokens, rotated, clock, store, families } = setUp();
    let token = await tokens.begin('ada');
    for (const _ of [1, 2, 3]) {
      clock.now += HOUR / 4;
      token = await rotated(token);
    }
    clock.now += HOUR / 4;
    expect(await tokens.rotate(token)).toEqual({ outcome: 'unknown' });
    await store.deleteEnded(clock.now);
    expect(families()).toBe(0);
  });
});

describe('a session', () => {
  it('ends by a sign-out, with the token that is good or with one that was spent', async () => {
    const { tokens, rotated } = setUp();
    for (const which of [0, 1]) {
      const first = await tokens.begin('ada');
      const second = await rotated(first);
      await tokens.end([first, second][which] as string);
      expect(await tokens.rotate(second)).toEqual({ outcome: 'unknown' });
    }
  });

  it('ends with all others of its user, and with nobody else’s', async () => {
    const { tokens } = setUp();
    const [one, other, bobs] = [await tokens.begin('ada'), await tokens.begin('ada'), await tokens.begin('bob')];
    await tokens.endAllOf('ada');
    for (const token of [one, other]) expect(await tokens.rotate(token)).toEqual({ outcome: 'unknown' });
    expect(await tokens.rotate(bobs)).toMatchObject({ outcome: 'rotated', user: 'bob' });
  });

  it('leaves no token in the table', async () => {
    const { tokens, rotated, database } = setUp();
    const first = await tokens.begin('ada');
    const second = await rotated(first);
    const row = JSON.stringify(await database.first('SELECT * FROM refresh_families', []));
    for (const token of [first, second]) expect(row).not.toContain(token.split('.')[1]);
  });
});
