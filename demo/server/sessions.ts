/** Who may sign in, and the families of refresh tokens: each token is good once, and a second use ends its family. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Settings } from './settings.ts';

export interface User {
  readonly id: string;
  readonly name: string;
}

/** All that descends from one sign-in. */
export interface Family {
  readonly id: string;
  readonly user: User;
  /** How many times it has been refreshed. */
  generation: number;
  state: 'active' | 'revoked';
}

export interface Grant {
  readonly family: Family;
  readonly generation: number;
  readonly refreshToken: string;
}

export type Rotation =
  /** `repeated`: the token was spent within the overlap window, and gets the successor that it already has. */
  | { readonly outcome: 'rotated' | 'repeated'; readonly grant: Grant }
  /** `reused`: a spent token came back, so one of its two holders is a thief. RFC 9700 §4.14.2 */
  | { readonly outcome: 'reused' | 'revoked' | 'unknown' };

export interface Sessions {
  /** `undefined`: no such user, or the wrong password. */
  signIn(user: string, password: string): Grant | undefined;
  familyOf(refreshToken: string | undefined): Family | undefined;
  rotate(refreshToken: string | undefined): Rotation;
  revoke(family: Family): void;
  revokeUser(user: string): void;
  reset(): void;
}

const USERS: readonly User[] = [
  { id: 'ada', name: 'Ada' },
  { id: 'bob', name: 'Bob' },
];
const PASSWORD = 'demo';

export function createSessions(settings: Settings): Sessions {
  const families = new Set<Family>();
  // A real server keeps hashes of its refresh tokens; this one dies with its process.
  const known = new Map<string, { grant: Grant; spent?: { at: number; successor: Grant } }>();

  function issue(family: Family): Grant {
    const grant = { family, generation: family.generation, refreshToken: randomBytes(32).toString('base64url') };
    known.set(grant.refreshToken, { grant });
    return grant;
  }

  function revoke(family: Family): void {
    family.state = 'revoked';
  }

  return {
    revoke,
    familyOf: (refreshToken) => known.get(refreshToken ?? '')?.grant.family,

    signIn(id, password) {
      const user = USERS.find((each) => each.id === id);
      if (!user || password !== PASSWORD) return undefined;
      const family: Family = { id: randomUUID(), user, generation: 0, state: 'active' };
      families.add(family);
      return issue(family);
    },

    // Without an `await`, so that no two requests can spend one token.
    rotate(refreshToken) {
      const entry = known.get(refreshToken ?? '');
      if (!entry) return { outcome: 'unknown' };
      const { family } = entry.grant;
      if (family.state === 'revoked') return { outcome: 'revoked' };
      if (entry.spent) {
        if (Date.now() - entry.spent.at < settings.overlap)
          return { outcome: 'repeated', grant: entry.spent.successor };
        revoke(family);
        return { outcome: 'reused' };
      }
      family.generation++;
      const successor = issue(family);
      entry.spent = { at: Date.now(), successor };
      return { outcome: 'rotated', grant: successor };
    },

    revokeUser(id) {
      for (const family of families) if (family.user.id === id) revoke(family);
    },

    reset() {
      families.clear();
      known.clear();
    },
  };
}
