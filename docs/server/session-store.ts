/** Where a token-mediating backend keeps its refresh tokens. This one dies with its process: take Redis, or a table. */

export interface SessionStore {
  /** Seconds that a session lives for, from the login on. */
  readonly lifetime: number;
  begin(id: string, refreshToken: string): Promise<void>;
  refreshTokenOf(id: string): Promise<string | undefined>;
  /**
   * Whether the session was still there: an ended one must not come back.
   *
   *     SET session:<id> <token> XX KEEPTTL                      (Redis)
   *     UPDATE sessions SET refresh_token = … WHERE id = …       (SQL: one row changed)
   */
  replace(id: string, refreshToken: string): Promise<boolean>;
  /**
   * Gives the refresh token that it had, to one caller only.
   *
   *     GETDEL session:<id>                                         (Redis)
   *     DELETE FROM sessions WHERE id = … RETURNING refresh_token   (SQL)
   */
  end(id: string): Promise<string | undefined>;
}

/** @param lifetime seconds; here a day */
export function sessionsInMemory(lifetime = 86_400): SessionStore {
  const sessions = new Map<string, { refreshToken: string; readonly endsAt: number }>();

  function find(id: string) {
    const session = sessions.get(id);
    if (session && session.endsAt > Date.now()) return session;
    sessions.delete(id);
    return undefined;
  }

  return {
    lifetime,
    async begin(id, refreshToken) {
      sessions.set(id, { refreshToken, endsAt: Date.now() + lifetime * 1_000 });
    },
    refreshTokenOf: async (id) => find(id)?.refreshToken,
    async replace(id, refreshToken) {
      const session = find(id);
      if (session) session.refreshToken = refreshToken;
      return !!session;
    },
    async end(id) {
      const session = find(id);
      sessions.delete(id);
      return session?.refreshToken;
    },
  };
}
