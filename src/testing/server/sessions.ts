/**
 * The families of refresh tokens: each token is good once, and a second use ends its family. The demo, the unit tests and the
 * simulation go by it, too; Node runs it as it stands, so it imports types alone.
 */

export interface User {
  readonly id: string;
  readonly name: string;
}

/** What the rules take from outside: the time, and names that nobody can guess. */
export interface ClockAndSecrets {
  /** Milliseconds since 1970. */
  now(): number;
  /** Another one each time. */
  secret(): string;
}

export interface RotationSettings {
  /** Milliseconds in which a refresh token that was just rotated gets its successor again, without an alarm. */
  readonly overlap: number;
}

/** All that descends from one sign-in. */
export interface Family {
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
  /** Begins a family of its own, whoever else is signed in. */
  begin(user: User): Grant;
  familyOf(refreshToken: string | undefined): Family | undefined;
  rotate(refreshToken: string | undefined): Rotation;
  revoke(family: Family): void;
  revokeUser(user: string): void;
  reset(): void;
}

export function createSessions(settings: RotationSettings, { now, secret }: ClockAndSecrets): Sessions {
  const families = new Set<Family>();
  // A real server keeps hashes of its refresh tokens; this one dies with its process.
  const known = new Map<string, { grant: Grant; spent?: { at: number; successor: Grant } }>();

  function issue(family: Family): Grant {
    const grant = { family, generation: family.generation, refreshToken: secret() };
    known.set(grant.refreshToken, { grant });
    return grant;
  }

  function revoke(family: Family): void {
    family.state = 'revoked';
  }

  return {
    revoke,
    familyOf: (refreshToken) => known.get(refreshToken ?? '')?.grant.family,

    begin(user) {
      const family: Family = { user, generation: 0, state: 'active' };
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
        const { at, successor } = entry.spent;
        // Without an overlap nothing is forgiven, though a clock be set back.
        if (settings.overlap > 0 && now() - at < settings.overlap) return { outcome: 'repeated', grant: successor };
        revoke(family);
        return { outcome: 'reused' };
      }
      family.generation++;
      const successor = issue(family);
      entry.spent = { at: now(), successor };
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
