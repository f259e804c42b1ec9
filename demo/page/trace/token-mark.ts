/** Whose token, and from which refresh; never the token itself. */

export interface TokenMark {
  readonly user: string;
  /** 0: from the sign-in. */
  readonly generation: number;
}

/** Reads the payload, for display alone. An opaque token has none. */
export function markOf(accessToken: string | undefined): TokenMark | undefined {
  const [, payload] = accessToken?.split('.') ?? [];
  if (!payload) return undefined;
  const { sub, gen } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  return { user: sub, generation: gen };
}
