/** Families of refresh tokens in Redis: a hash for each, and a set of them for each user. */

import type { Family, FamilyStore } from './refresh-tokens.ts';

/** Your client, in one function: `(...command) => redis.call(...command)` with ioredis. */
export type Redis = (...command: (string | number)[]) => Promise<unknown>;

/** A script is run as a whole, with nothing in between: that makes the comparison and the change one step. */
const SWAP = `
  if redis.call('HGET', KEYS[1], 'current') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], unpack(ARGV, 2))
  return 1`;

export function familiesInRedis(redis: Redis): FamilyStore {
  const family = (id: string) => `refresh:${id}`;
  const ofUser = (user: string) => `refresh-of:${user}`;

  return {
    async insert({ id, ...fields }) {
      await redis('HSET', family(id), ...Object.entries(fields).flat());
      await redis('PEXPIREAT', family(id), fields.endsAt);
      await redis('SADD', ofUser(fields.user), id);
      // The latest sign-in ends last, as long as all sessions live equally long.
      await redis('PEXPIREAT', ofUser(fields.user), fields.endsAt);
    },
    async find(id) {
      const names = ['user', 'current', 'previous', 'salt', 'rotatedAt', 'endsAt'] as const;
      const values = (await redis('HMGET', family(id), ...names)) as (string | null)[];
      const [user, current, previous, salt, rotatedAt, endsAt] = values;
      if (!user || !current) return undefined;
      const times = { rotatedAt: Number(rotatedAt), endsAt: Number(endsAt) };
      return { id, user, current, previous: previous ?? '', salt: salt ?? '', ...times } satisfies Family;
    },
    async swap(id, expected, next) {
      return (await redis('EVAL', SWAP, 1, family(id), expected, ...Object.entries(next).flat())) === 1;
    },
    async delete(id) {
      await redis('DEL', family(id));
    },
    async deleteOfUser(user) {
      const ids = (await redis('SMEMBERS', ofUser(user))) as string[];
      await redis('DEL', ofUser(user), ...ids.map(family));
    },
  };
}
