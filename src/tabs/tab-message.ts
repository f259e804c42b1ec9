/** The wire format between tabs, versioned, and the guard that lets nothing else through. */

import { type AccessToken, decodeClaims } from '../session/access-token.js';
import type { SessionRecord } from '../session/session.js';
import { elapsed, now } from '../wait.js';

const VERSION = 1;

export type TabMessage =
  /** "This is the newest session I know." */
  | { readonly kind: 'session'; readonly record: SessionRecord }
  /** "What session do you know?" */
  | { readonly kind: 'ask' }
  /** "The token endpoint wants no call for so many milliseconds." */
  | { readonly kind: 'cool-down'; readonly ms: number };

/** Plain data. An age travels along, since one tab's monotonic clock means nothing in another. */
export function writeMessage(message: TabMessage, tokens: 'with-tokens' | 'without-tokens'): object {
  if (message.kind !== 'session') return { v: VERSION, ...message };
  const { token, ...record } = message.record;
  const carried = tokens === 'with-tokens' && token ? { token: { ...token, age: elapsed(token.receivedAt) } } : {};
  return { v: VERSION, kind: 'session', record: { ...record, ...carried } };
}

/** The message, or `undefined` for garbage and for other versions' messages. Never throws. */
export function readMessage(data: unknown): TabMessage | undefined {
  if (!isObject(data) || data.v !== VERSION) return undefined;
  if (data.kind === 'ask') return { kind: 'ask' };
  if (data.kind === 'cool-down' && isCount(data.ms)) return { kind: 'cool-down', ms: data.ms };
  const record = data.kind === 'session' && isObject(data.record) && readRecord(data.record);
  return record ? { kind: 'session', record } : undefined;
}

function readRecord({ epoch, id, generation, token, ended }: Fields): SessionRecord | undefined {
  if (!isCount(epoch) || typeof id !== 'string' || !isCount(generation)) return undefined;
  if (ended === 'signed-out' || ended === 'expired') return { epoch, id, generation, ended };
  if (ended !== undefined) return undefined;
  if (token === undefined) return { epoch, id, generation };
  const read = isObject(token) && readToken(token);
  return read ? { epoch, id, generation, token: read } : undefined;
}

function readToken({ value, lifetime, receivedAt, age, claims }: Fields): AccessToken | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (typeof lifetime !== 'number' || !(lifetime > 0) || !isCount(age)) return undefined;
  if (!isObject(receivedAt) || typeof receivedAt.wall !== 'number') return undefined;
  return {
    value,
    lifetime,
    receivedAt: { wall: receivedAt.wall, monotonic: now().monotonic - age },
    claims: isObject(claims) ? claims : decodeClaims(value),
  };
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity;
