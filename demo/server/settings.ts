/** What can be set while the server runs: how long tokens live, how slow answers are, and what goes wrong. */

const TOKENS = ['jwt', 'opaque'] as const;
const COOKIES = ['strict', 'partitioned'] as const;
const HINTS = ['beside', 'none'] as const;
const SIGN_OUT_ENDS = ['session', 'cookie'] as const;
const FAULTS = ['none', '503', '429', 'html-403', 'drop'] as const;

export type Fault = (typeof FAULTS)[number];

export interface Settings {
  /** Seconds that an access token is good for; fractions are allowed. */
  lifetime: number;
  tokens: (typeof TOKENS)[number];
  /** Milliseconds between a rotation and its answer. */
  refreshLatency: number;
  /** Milliseconds between the API's decision and its answer. */
  apiLatency: number;
  /** Milliseconds in which a refresh token that was just rotated gets its successor again, without an alarm. */
  overlap: number;
  /** What `/auth/refresh` meets instead of an answer. */
  fault: Fault;
  /** Seconds in the `Retry-After` of 429 and 503. */
  retryAfter: number;
  /** `cookie`: a sign-out takes the cookie away, and no more, as where a server can't revoke what it has issued. */
  signOutEnds: (typeof SIGN_OUT_ENDS)[number];
  /** Whether the cookie stays on its site, or goes along into frames of others, one for each of those (CHIPS). */
  cookie: (typeof COOKIES)[number];
  /** Whether a cookie that scripts may read is set beside it. */
  hint: (typeof HINTS)[number];
  /** Of both cookies: what the hosts that share them have in common. Empty: each host has its own. */
  cookieDomain: string;
  /** Whether `drop` loses the answer of a refresh that was made, or the request itself. */
  dropAfterRotation: boolean;
}

export const DEFAULT_SETTINGS: Readonly<Settings> = Object.freeze({
  lifetime: 60,
  tokens: 'jwt',
  refreshLatency: 0,
  apiLatency: 0,
  overlap: 0,
  fault: 'none',
  retryAfter: 2,
  signOutEnds: 'session',
  cookie: 'strict',
  hint: 'beside',
  cookieDomain: '',
  dropAfterRotation: true,
});

const accepts: { readonly [Name in keyof Settings]: (value: unknown) => boolean } = {
  lifetime: (value) => isAmount(value) && value > 0,
  tokens: (value) => TOKENS.some((word) => word === value),
  refreshLatency: isAmount,
  apiLatency: isAmount,
  overlap: isAmount,
  fault: (value) => FAULTS.some((word) => word === value),
  retryAfter: isAmount,
  signOutEnds: (value) => SIGN_OUT_ENDS.some((word) => word === value),
  cookie: (value) => COOKIES.some((word) => word === value),
  hint: (value) => HINTS.some((word) => word === value),
  cookieDomain: (value) => typeof value === 'string' && /^[\w.-]*$/.test(value),
  dropAfterRotation: (value) => typeof value === 'boolean',
};

/** The names of what makes no sense in a change of settings; empty: it may be merged. */
export function misfits(change: object): string[] {
  return Object.entries(change)
    .filter(([name, value]) => !(Object.hasOwn(accepts, name) && accepts[name as keyof Settings](value)))
    .map(([name]) => name);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
