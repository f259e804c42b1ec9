/**
 * Refresh tokens that rotate: each is good once, a second use ends all that descends from the same sign-in (RFC 9700
 * §4.14.2), and an answer that was lost can be asked for again for a few seconds. It needs no framework.
 *
 * A token is `family.secret`. The store has one row a family, found by its id, and only hashes of secrets: who reads it can
 * refresh nothing.
 */

import { createHash, createHmac, randomBytes } from 'node:crypto';

/** One row: all that descends from one sign-in. */
export interface Family {
  readonly id: string;
  readonly user: string;
  /** The hash of the token that is good. */
  readonly current: string;
  /** The hash of the one before, and what its successor was made with. Empty before the first rotation. */
  readonly previous: string;
  readonly salt: string;
  /** Milliseconds since 1970. */
  readonly rotatedAt: number;
  readonly endsAt: number;
}

export type Rotated = Pick<Family, 'current' | 'previous' | 'salt' | 'rotatedAt'>;

export interface FamilyStore {
  insert(family: Family): Promise<void>;
  find(id: string): Promise<Family | undefined>;
  /**
   * Puts the next token in the place of the current one, in one atomic step, and only if that is still the current one.
   * Whether it was: of two requests with one token, one must lose.
   */
  swap(id: string, current: string, next: Rotated): Promise<boolean>;
  delete(id: string): Promise<void>;
  deleteOfUser(user: string): Promise<void>;
}

export interface Session {
  readonly user: string;
  readonly refreshToken: string;
}

export type Rotation =
  /** `repeated`: spent a moment ago, it gets the successor that it already has. */
  | { readonly outcome: 'rotated' | 'repeated'; readonly session: Session }
  /** `reused`: one of its two holders is a thief. Tell whoever watches over the logs. */
  | { readonly outcome: 'reused' | 'unknown'; readonly session?: undefined };

export interface RefreshTokens {
  begin(user: string): Promise<Session>;
  rotate(refreshToken: string): Promise<Rotation>;
  /** At sign-out. Good for a spent token, too: a late answer may have brought the user's page a newer one. */
  end(refreshToken: string): Promise<'revoked' | 'unknown'>;
  /** When an account is disabled, or its password is changed. */
  endAllOf(user: string): Promise<void>;
}

export interface Lifetimes {
  /** Milliseconds that a session lives for, from the sign-in on. Hours to days. */
  readonly session: number;
  /** Milliseconds in which a spent token gets its successor again. A thief has as long, too: a few seconds. */
  readonly overlap: number;
}

export function createRefreshTokens(store: FamilyStore, lifetimes: Lifetimes, now = Date.now): RefreshTokens {
  async function find(refreshToken: string): Promise<{ family: Family; secret: string } | undefined> {
    const [id = '', secret = ''] = refreshToken.split('.');
    const family = await store.find(id);
    return family && family.endsAt > now() ? { family, secret } : undefined;
  }

  async function rotate(refreshToken: string): Promise<Rotation> {
    const found = await find(refreshToken);
    if (!found) return { outcome: 'unknown' };
    const { family, secret } = found;
    const { id, user } = family;
    const presented = hash(secret);
    if (presented === family.current) {
      const salt = random();
      const successor = successorOf(secret, salt);
      const next = { current: hash(successor), previous: presented, salt, rotatedAt: now() };
      if (await store.swap(id, presented, next))
        return { outcome: 'rotated', session: { user, refreshToken: `${id}.${successor}` } };
      // Another request was faster: by now this token is the previous one.
      return rotate(refreshToken);
    }
    if (presented === family.previous && now() - family.rotatedAt < lifetimes.overlap)
      return { outcome: 'repeated', session: { user, refreshToken: `${id}.${successorOf(secret, family.salt)}` } };
    await store.delete(id);
    return { outcome: 'reused' };
  }

  return {
    rotate,
    async begin(user) {
      const id = random();
      const secret = random();
      const never = { previous: '', salt: '', rotatedAt: 0 };
      await store.insert({ id, user, current: hash(secret), ...never, endsAt: now() + lifetimes.session });
      return { user, refreshToken: `${id}.${secret}` };
    },
    async end(refreshToken) {
      const found = await find(refreshToken);
      if (!found) return 'unknown';
      await store.delete(found.family.id);
      return 'revoked';
    },
    endAllOf: (user) => store.deleteOfUser(user),
  };
}

/** For a cookie that scripts may read. Which session it is stands before the dot, which rotation after it. */
export function hintOf(refreshToken: string): string {
  const [id = ''] = refreshToken.split('.');
  return [id, refreshToken].map((part) => hash(part).slice(0, 12)).join('.');
}

const random = (): string => randomBytes(32).toString('base64url');

/** Secrets are random and long, so a fast hash will do. */
const hash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** So that it can be given again without being stored: it takes the token before, which only its holders have. */
const successorOf = (secret: string, salt: string): string =>
  createHmac('sha256', secret).update(salt).digest('base64url');
