/** Families of refresh tokens in a table. Every SQL database has what this needs; the tests run it on SQLite. */

import type { Family, FamilyStore } from './refresh-tokens.ts';

export const SCHEMA = `
  CREATE TABLE refresh_families (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    current_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    salt TEXT NOT NULL,
    rotated_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
  );
  CREATE INDEX refresh_families_by_user ON refresh_families (user_id);
  CREATE INDEX refresh_families_by_end ON refresh_families (ends_at)`;

/** Your driver, in two functions. PostgreSQL writes `$1, $2 …` instead of `?`. */
export interface Database {
  /** Gives the number of rows that were changed. */
  run(sql: string, values: readonly (string | number)[]): Promise<number>;
  first(sql: string, values: readonly (string | number)[]): Promise<object | undefined>;
}

export function familiesInSql({ run, first }: Database): FamilyStore & { deleteEnded(now: number): Promise<void> } {
  return {
    async insert({ id, user, current, previous, salt, rotatedAt, endsAt }) {
      const values = [id, user, current, previous, salt, rotatedAt, endsAt];
      await run('INSERT INTO refresh_families VALUES (?, ?, ?, ?, ?, ?, ?)', values);
    },
    async find(id) {
      const row = await first(
        `SELECT id, user_id AS "user", current_hash AS "current", previous_hash AS "previous", salt,
          rotated_at AS "rotatedAt", ends_at AS "endsAt"
        FROM refresh_families WHERE id = ?`,
        [id],
      );
      return row as Family | undefined;
    },
    async swap(id, expected, { current, previous, salt, rotatedAt }) {
      // The comparison and the change are one statement: no transaction, no lock of your own.
      const changed = await run(
        `UPDATE refresh_families SET current_hash = ?, previous_hash = ?, salt = ?, rotated_at = ?
        WHERE id = ? AND current_hash = ?`,
        [current, previous, salt, rotatedAt, id, expected],
      );
      return changed === 1;
    },
    async delete(id) {
      await run('DELETE FROM refresh_families WHERE id = ?', [id]);
    },
    async deleteOfUser(user) {
      await run('DELETE FROM refresh_families WHERE user_id = ?', [user]);
    },
    /** From time to time. */
    async deleteEnded(now) {
      await run('DELETE FROM refresh_families WHERE ends_at <= ?', [now]);
    },
  };
}
