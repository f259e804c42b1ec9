/** An answer that a server of the field gives to a refresh, and what it means. */

export interface FieldAnswer {
  readonly server: string;
  /** What was read: a version, or a commit. Where nothing was read, the series whose documented shape it is. */
  readonly version: string;
  /** The file, page or issue that says so. */
  readonly read?: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as text, all else as JSON. */
  readonly body: unknown;
  readonly means: Meaning;
  /** Before the rule knew the field, it was taken wrongly: for somebody with a session, for a visitor, or for both. */
  readonly wasWrong?: 'session' | 'visitor' | 'both';
  /** The request should have had a CSRF token, and its cookie was missing. */
  readonly withoutCsrfCookie?: boolean;
}

/**
 * `no-session`: it says only that there is nothing for this request. A visitor has no session; a session that is known goes on.
 * `set-up`: waiting can't cure it.
 */
export type Meaning = 'renewed' | 'over' | 'unavailable' | 'set-up' | 'no-session';
