/** Which 401s ask for no refresh: 401s never cause a storm of refreshes, whatever callers and listeners do. */

import type { AccessToken } from '../session/access-token.js';
import { elapsed, type Instant, now } from '../wait.js';

/** What a client remembers of the refreshes that 401s have asked for. An address is a method, an origin and a path. */
export interface FruitlessRefreshes {
  /** Whose tokens have met what is remembered. */
  userVersion: number;
  /** The token that an address has last refused, and so asked for a refresh. */
  readonly asked: Map<string, RefusedToken>;
  /** The addresses that have refused the token of such a refresh, too, and that token. */
  readonly hopeless: Map<string, RefusedToken>;
  /** The refreshes of the last minute that began so, the oldest first. */
  readonly begun: { readonly at: Instant; helped: boolean }[];
  /** Called once for each hopeless address that this tab has found. */
  readonly onHopeless: (address: string, refused: string) => void;
}

interface RefusedToken {
  readonly refused: string;
  readonly at: Instant;
}

export const createFruitlessRefreshes = (onHopeless: FruitlessRefreshes['onHopeless']): FruitlessRefreshes => ({
  userVersion: 0,
  asked: new Map(),
  hopeless: new Map(),
  begun: [],
  onHopeless,
});

/** Milliseconds for which a 401 asks for no refresh, after one has turned out to be of no use at its address. */
const FRUITLESS_FOR = 30_000;
/** One address that always answers 401 is a fault of its own. When several do, the API refuses all of our tokens. */
const SEVERAL = 3;
/** Whatever the addresses, no more refreshes than that begin with a 401, within {@link A_MINUTE}. */
const MOST_REFRESHES = 60;
/** So many of them may have brought a token that wasn't accepted where it was wanted. */
const MOST_USELESS_REFRESHES = 10;
const A_MINUTE = 60_000;

/** Whether to refresh because of a 401 that the current token has met. */
export function isRefreshUseful(memory: FruitlessRefreshes, address: string, token: AccessToken): boolean {
  recordRefused(memory, address, token);
  return !memory.hopeless.has(address) && memory.hopeless.size < SEVERAL;
}

/** Whether a 401 may begin a refresh, and not only join one. */
export function mayBeginRefresh({ begun }: FruitlessRefreshes): boolean {
  while (begun[0] && elapsed(begun[0].at) >= A_MINUTE) begun.shift();
  return begun.length < MOST_REFRESHES && begun.filter(({ helped }) => !helped).length < MOST_USELESS_REFRESHES;
}

/** A refresh that began with a 401 was sent. */
export function recordBegun({ begun }: FruitlessRefreshes): void {
  begun.push({ at: now(), helped: false });
}

/** A 401 asks for a refresh. The refused token is remembered: a second refusal shows that the refresh didn't help. */
export function recordAsked({ asked }: FruitlessRefreshes, address: string, refused: string): void {
  // At the end, where the young ones are.
  asked.delete(address);
  asked.set(address, { refused, at: now() });
}

/**
 * An address has refused a token. Where it had asked for a newer one, and this is one that is still young, refreshing
 * doesn't help: that counts at once, since a replay may be aborted, or never sent.
 */
export function recordRefused(memory: FruitlessRefreshes, address: string, token: AccessToken): void {
  forgetOld(memory.asked);
  forgetOld(memory.hopeless);
  const asked = memory.asked.get(address);
  const isYoung = elapsed(token.receivedAt) < token.lifetime / 2;
  if (asked && asked.refused !== token.value && isYoung) recordHopeless(memory, address, token.value);
}

/** A replay was refused, though another token had come for it: this one, or another tab, has just refreshed in vain. */
export function recordReplayRefused(memory: FruitlessRefreshes, address: string, token: AccessToken): void {
  if (elapsed(token.receivedAt) >= FRUITLESS_FOR) return;
  recordHopeless(memory, address, token.value);
  const last = memory.begun.at(-1);
  if (last) last.helped = false;
}

/** A refresh has brought nothing that this address would accept. */
export function recordHopeless(memory: FruitlessRefreshes, address: string, refused: string): void {
  if (memory.hopeless.has(address)) return;
  recordHopelessElsewhere(memory, address, refused);
  memory.onHopeless(address, refused);
}

/** Another tab has found out that an address refuses the token of now. */
export function recordHopelessElsewhere({ hopeless }: FruitlessRefreshes, address: string, refused: string): void {
  if (!hopeless.has(address)) hopeless.set(address, { refused, at: now() });
}

/** An address has accepted a token; that says nothing of other addresses. */
export function recordAccepted(memory: FruitlessRefreshes, address: string, token: AccessToken): void {
  const { asked, hopeless, begun } = memory;
  // Another request there was refused with this very token, as GraphQL's operations share one address: that still holds.
  if (hopeless.get(address)?.refused === token.value) return;
  hopeless.delete(address);
  const request = asked.get(address);
  if (!request || request.refused === token.value) return;
  // The address had asked for a refresh, and has accepted what it brought.
  asked.delete(address);
  const last = begun.at(-1);
  if (last) last.helped = true;
}

/** What the tokens of other users have met says nothing about this user's. The limit per minute stays. */
export function forgetOtherUsers(memory: FruitlessRefreshes, userVersion: number): void {
  if (memory.userVersion === userVersion) return;
  memory.userVersion = userVersion;
  memory.asked.clear();
  memory.hopeless.clear();
}

/** Entries stand in the order of their age. */
function forgetOld(entries: Map<string, RefusedToken>): void {
  for (const [address, { at }] of entries) {
    if (elapsed(at) < FRUITLESS_FOR) return;
    entries.delete(address);
  }
}
