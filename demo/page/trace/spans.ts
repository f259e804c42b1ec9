/** What a timeline shows: things that took time in one tab. Milliseconds since 1970, alike in all tabs of a machine. */

/** Whose token, and from which refresh; never the token itself. */
export interface TokenMark {
  readonly user: string;
  /** 0: from the sign-in. */
  readonly generation: number;
}

interface Stretch {
  readonly id: string;
  readonly from: number;
  /** Absent while it lasts. */
  readonly to?: number;
}

/** One time that a request went over the network. */
export interface Sending {
  readonly from: number;
  readonly to?: number;
  /** The token that it bore. */
  readonly token?: TokenMark;
  /** 0: no answer came. */
  readonly status?: number;
}

/** A request as its caller sees it: it waits, is sent, perhaps waits again and is sent once more. */
export interface RequestSpan extends Stretch {
  readonly kind: 'request';
  /** Method and path. */
  readonly label: string;
  readonly sendings: readonly Sending[];
  /** The status, or the error's name. */
  readonly outcome?: string;
}

/** A call of the auth server. */
export interface AuthSpan extends Stretch {
  readonly kind: 'refresh' | 'sign-in' | 'sign-out';
  /** 0: no answer came. */
  readonly status?: number;
}

/** Waiting for the lock that one tab at a time may hold; no longer than until it was had. */
export interface LockSpan extends Stretch {
  readonly kind: 'lock';
}

/** For how long a token was the tab's own. */
export interface TokenSpan extends Stretch {
  readonly kind: 'token';
  readonly token: TokenMark;
}

/** The network was cut in this page. */
export interface OfflineSpan extends Stretch {
  readonly kind: 'offline';
}

export type Span = RequestSpan | AuthSpan | LockSpan | TokenSpan | OfflineSpan;

export const now = (): number => performance.timeOrigin + performance.now();

/** Reads the payload, for display alone. An opaque token has none. */
export function markOf(accessToken: string | undefined): TokenMark | undefined {
  const [, payload] = accessToken?.split('.') ?? [];
  if (!payload) return undefined;
  const { sub, gen } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  return { user: sub, generation: gen };
}
