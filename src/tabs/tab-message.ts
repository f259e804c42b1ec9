/** The wire format between tabs, versioned, and the guard that lets nothing else through. */

import { decodeClaims } from '../session/access-token.js';
import type { SessionRecord } from '../session/session.js';
import { elapsed } from '../wait.js';

const VERSION = 1;

export type TabMessage =
  /** "This is the newest session I know." */
  | { readonly kind: 'session'; readonly record: SessionRecord }
  /** "What session do you know?" */
  | { readonly kind: 'ask' }
  /** "The token endpoint wants no call for so many milliseconds." */
  | { readonly kind: 'cool-down'; readonly ms: number };

/** Plain, flat data. An age travels along, since one tab's monotonic clock means nothing in another. */
export function writeMessage(message: TabMessage, tokens: 'with-tokens' | 'without-tokens'): object {
  if (message.kind !== 'session') return { v: VERSION, ...message };
  const { token, ...record } = message.record;
  const plain = { v: VERSION, kind: message.kind, ...record };
  if (!token || tokens === 'without-tokens') return plain;
  const { value, lifetime, receivedAt } = token;
  return { ...plain, value, lifetime, wall: receivedAt.wall, age: elapsed(receivedAt) };
}

/** The message, or `undefined` for garbage and for other versions' messages. Never throws. */
export function readMessage(data: unknown): TabMessage | undefined {
  const { v, kind, ms, epoch, id, generation, ended, value, lifetime, wall, age } = (data ?? {}) as Fields;
  if (v !== VERSION) return undefined;
  if (kind === 'ask') return { kind };
  if (kind === 'cool-down' && isCount(ms)) return { kind, ms };
  if (kind !== 'session' || !isCount(epoch) || typeof id !== 'string' || !isCount(generation)) return undefined;
  const record = { epoch, id, generation };
  if (ended === 'signed-out' || ended === 'expired') return { kind, record: { ...record, ended } };
  if (ended !== undefined) return undefined;
  if (value === undefined) return { kind, record };
  if (typeof value !== 'string' || !(isCount(lifetime) || lifetime === Infinity)) return undefined;
  if (!isCount(wall) || !isCount(age)) return undefined;
  // A tab without a token must not take an expired one for the answer.
  if (age >= lifetime) return { kind, record };
  const receivedAt = { wall, monotonic: performance.now() - age };
  return { kind, record: { ...record, token: { value, lifetime, receivedAt, claims: decodeClaims(value) } } };
}

type Fields = Readonly<Record<string, unknown>>;
const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity;
