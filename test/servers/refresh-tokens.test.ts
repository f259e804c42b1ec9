/** The rules of docs/server/refresh-tokens.ts, in each of its stores. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { familiesInMemory } from '../../docs/server/family-store-memory.ts';
import { familiesInRedis } from '../../docs/server/family-store-redis.ts';
import { familiesInSql } from '../../docs/server/family-store-sql.ts';
import { createRefreshTokens, type Family, type FamilyStore } from '../../docs/server/refresh-tokens.ts';
import { redisServer, startRedis } from './redis.ts';
import { sqlite } from './usual-server.ts';

const HOUR = 3_600_000;
const OVERLAP = 5_000;

interface StoreToTest {
  readonly store: FamilyStore;
  readonly families: () => Promise<number>;
  /** All that it holds, in one text. */
  readonly contents: () => Promise<string>;
}

const stores = new Map<string, () => Promise<StoreToTest>>();

stores.set('a table of SQLite', async () => {
  const { database, count } = sqlite();
  return {
    store: familiesInSql(database),
    families: async () => count(),
    contents: async () => JSON.stringify(await database.first('SELECT * FROM refresh_families', [])),
  };
});

stores.set('memory', async () => {
  const families = new Map<string, Family>();
  return {
    store: familiesInMemory(families),
    families: async () => families.size,
    contents: async () => JSON.stringify([...families.values()]),
  };
});

if (redisServer) {
  const executable = redisServer;
  let running: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    running = await startRedis(executable);
  });
  afterAll(() => running.stop());
  stores.set('Redis', async () => {
    const { redis } = running;
    await redis('FLUSHALL');
    const keys = () => redis('KEYS', 'refresh:*') as Promise<string[]>;
    return {
      store: familiesInRedis(redis),
      families: async () => (await keys()).length,
      contents: async () => JSON.stringify(await Promise.all((await keys()).map((key) => redis('HGETALL', key)))),
    };
  });
} else console.log('NOT TESTED: families in Redis. There is no redis-server; REDIS_SERVER_PATH may say where it is.');

async function setUp(start: () => Promise<StoreToTest>, overlap = OVERLAP) {
  const { store, ...rest } = await start();
  const clock = { now: Date.now() };
  const tokens = createRefreshTokens(store, { session: HOUR, overlap }, () => clock.now);
  const rotated = async (refreshToken: string): Promise<string> => {
    const { outcome, session } = await tokens.rotate(refreshToken);
    if (!session) throw new Error(outcome);
    return session.refreshToken;
  };
  const begin = async (user: string) => (await tokens.begin(user)).refreshToken;
  return { tokens, begin, rotated, clock, ...rest };
}

type World = Awaited<ReturnType<typeof setUp>>;

describe.each([...stores])('a refresh token in %s', (_where, start) => {
  it('is good once, and each rotation gives another one', async () => {
    const { tokens, begin, rotated } = await setUp(start);
    const first = await begin('ada');
    const second = await rotated(first);
    const third = await rotated(second);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(await tokens.rotate(third)).toMatchObject({ outcome: 'rotated', session: { user: 'ada' } });
  });

  it('that was spent a moment ago gets the same successor again', async () => {
    const { tokens, begin, rotated, clock } = await setUp(start);
    const first = await begin('ada');
    const second = await rotated(first);
    clock.now += OVERLAP - 1;
    expect(await tokens.rotate(first)).toEqual({ outcome: 'repeated', session: { user: 'ada', refreshToken: second } });
    expect(await tokens.rotate(second)).toMatchObject({ outcome: 'rotated' });
  });

  it('of which ten requests make use at once is rotated once', async () => {
    const { tokens, begin } = await setUp(start);
    const first = await begin('ada');
    const rotations = await Promise.all(Array.from({ length: 10 }, () => tokens.rotate(first)));
    const outcomes = rotations.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual([...Array(9).fill('repeated'), 'rotated']);
    expect(new Set(rotations.map(({ session }) => session?.refreshToken)).size).toBe(1);
  });

  const later = {
    'after the overlap': async ({ clock }: World) => {
      clock.now += OVERLAP;
    },
    'after its successor was used': ({ rotated }: World, successor: string) => rotated(successor),
  };

  it.each(Object.entries(later))('that is used again %s ends its family', async (_, then) => {
    const world = await setUp(start);
    const { tokens, begin, rotated } = world;
    const first = await begin('ada');
    const second = await rotated(first);
    await then(world, second);
    expect(await tokens.rotate(first)).toEqual({ outcome: 'reused' });
    expect(await tokens.rotate(second)).toEqual({ outcome: 'unknown' });
    expect(await world.families()).toBe(0);
  });

  it('used twice at once ends its family where there is no overlap', async () => {
    const { tokens, begin, families } = await setUp(start, 0);
    const first = await begin('ada');
    const rotations = await Promise.all([tokens.rotate(first), tokens.rotate(first)]);
    expect(rotations.map(({ outcome }) => outcome).sort()).toEqual(['reused', 'rotated']);
    expect(await families()).toBe(0);
  });

  it.each(['', 'x', 'x.y', '.', 'a.b.c'])('that was never issued (%j) ends nobody’s session', async (made) => {
    const { tokens, begin, rotated } = await setUp(start);
    const good = await begin('ada');
    expect(await tokens.rotate(made)).toEqual({ outcome: 'unknown' });
    await tokens.end(made);
    expect(await rotated(good)).toEqual(expect.any(String));
  });

  it('is good for nothing after the session’s lifetime, however often it was rotated', async () => {
    const { tokens, begin, rotated, clock } = await setUp(start);
    let token = await begin('ada');
    for (const _ of [1, 2, 3]) {
      clock.now += HOUR / 4;
      token = await rotated(token);
    }
    clock.now += HOUR / 4;
    expect(await tokens.rotate(token)).toEqual({ outcome: 'unknown' });
  });
});

describe.each([...stores])('a session in %s', (_where, start) => {
  it('ends by a sign-out, with the token that is good or with one that was spent', async () => {
    const { tokens, begin, rotated } = await setUp(start);
    for (const which of [0, 1]) {
      const first = await begin('ada');
      const second = await rotated(first);
      await tokens.end([first, second][which] as string);
      expect(await tokens.rotate(second)).toEqual({ outcome: 'unknown' });
    }
  });

  it('ends with all others of its user, and with nobody else’s', async () => {
    const { tokens, begin } = await setUp(start);
    const [one, other, bobs] = [await begin('ada'), await begin('ada'), await begin('bob')];
    await tokens.endAllOf('ada');
    for (const token of [one, other]) expect(await tokens.rotate(token)).toEqual({ outcome: 'unknown' });
    expect(await tokens.rotate(bobs)).toMatchObject({ outcome: 'rotated', session: { user: 'bob' } });
  });

  it('leaves no token in the table', async () => {
    const { begin, rotated, contents } = await setUp(start);
    const first = await begin('ada');
    const second = await rotated(first);
    const held = await contents();
    expect(held).toContain('ada');
    for (const token of [first, second]) expect(held).not.toContain(token.split('.')[1]);
  });
});

it('a table loses the sessions that are over when it is told to', async () => {
  const { database, count } = sqlite();
  const store = familiesInSql(database);
  const clock = { now: 0 };
  const tokens = createRefreshTokens(store, { session: HOUR, overlap: 0 }, () => clock.now);
  await tokens.begin('ada');
  clock.now += HOUR / 2;
  await tokens.begin('bob');
  await store.deleteEnded(HOUR);
  expect(count()).toBe(1);
});
