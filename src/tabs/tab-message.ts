/** The wire format between tabs, versioned, and the guard that lets nothing else through. */

import { decodeClaims } from '../session/access-token.js';
import type { SessionRecord } from '../session/session-record.js';
import { elapsed, wallClock } from '../wait.js';

const VERSION = 1;

/** Milliseconds. No server is obeyed for longer. */
const LONGEST_PAUSE = 3_600_000;

export type TabMessage =
  /** "This is the newest session I know." */
  | { readonly kind: 'session'; readonly record: SessionRecord; readonly isAnswer?: boolean | undefined }
  /** "What session do you know?" */
  | { readonly kind: 'ask' }
  /** "The token endpoint wants no call just now." */
  | ({ readonly kind: 'cool-down' } & PauseNews)
  /** "This address refuses the newest token, too." */
  | ({ readonly kind: 'refused' } & RefusalNews);

export interface RefusalNews extends Pick<SessionRecord, 'id' | 'generation'> {
  /** Method, origin and path. */
  readonly address: string;
}

export interface PauseNews {
  /** Milliseconds from now. */
  readonly ms: number;
  /** The server has named them. */
  readonly isNamed: boolean;
  /** The server has surely not spent the refresh token: waiting callers may try again after the pause. */
  readonly mayRetry: boolean;
}

/** Plain, flat data. An age travels along, since one tab's monotonic clock means nothing in another. */
export function writeMessage(message: TabMessage, tokens: 'with-tokens' | 'without-tokens'): object {
  // A page that was frozen reads it late: by then the pause may be over.
  if (message.kind === 'cool-down') return { v: VERSION, ...message, wall: wallClock() };
  if (message.kind !== 'session') return { v: VERSION, ...message };
  const { kind, isAnswer, record: all } = message;
  const { token, refreshToken, isStored, ...record } = all;
  const plain = { v: VERSION, kind, isAnswer, ...record };
  if (tokens === 'without-tokens') return plain;
  if (!token) return { ...plain, refreshToken };
  const { value, lifetime, receivedAt, isLast, subject } = token;
  const age = elapsed(receivedAt);
  return { ...plain, refreshToken, value, lifetime, isLast, subject, wall: receivedAt.wall, age };
}

/** The message, or `undefined` for garbage and for other versions' messages. Never throws. */
export function readMessage(data: unknown): TabMessage | undefined {
  const fields = (data ?? {}) as Fields;
  const { v, kind } = fields;
  if (v !== VERSION) return undefined;
  if (kind === 'ask') return { kind };
  if (kind === 'cool-down') return readCoolDown(fields);
  if (kind === 'refused') return readRefused(fields);
  const record = kind === 'session' ? readRecord(fields) : undefined;
  return record && { kind: 'session', record, isAnswer: fields.isAnswer === true || undefined };
}

function readCoolDown({ ms, isNamed, mayRetry, wall }: Fields): TabMessage | undefined {
  if (!isCount(ms) || !isCount(wall)) return undefined;
  const left = ms - Math.max(0, wallClock() - wall);
  if (left <= 0) return undefined;
  return {
    kind: 'cool-down',
    ms: Math.min(left, LONGEST_PAUSE),
    isNamed: isNamed === true,
    mayRetry: mayRetry === true,
  };
}

function readRefused({ id, generation, address }: Fields): TabMessage | undefined {
  if (typeof id !== 'string' || !isCount(generation) || typeof address !== 'string') return undefined;
  return { kind: 'refused', id, generation, address };
}

function readRecord({ epoch, id, generation, ended, overtook, inDoubt, ...token }: Fields): SessionRecord | undefined {
  // Beyond that, one more is no more: no later session could come after it.
  if (!isCount(epoch) || !Number.isSafeInteger(epoch) || typeof id !== 'string') return undefined;
  if (!isCount(generation) || !Number.isSafeInteger(generation)) return undefined;
  const { hint } = token;
  const record = { epoch, id, generation, ...(typeof hint === 'string' && { hint }) };
  if (ended === 'signed-out' || ended === 'expired')
    return { ...record, ended, ...(overtook === true && { overtook }) };
  if (ended !== undefined) return undefined;
  const { value, lifetime, wall, age, isLast, subject, refreshToken, rotation } = token;
  const open = { ...record, ...(inDoubt === true && { inDoubt }), ...(isCount(rotation) && { rotation }) };
  const renewable = typeof refreshToken === 'string' ? { ...open, refreshToken } : open;
  if (value === undefined) return renewable;
  if (typeof value !== 'string' || !(isCount(lifetime) || lifetime === Infinity)) return undefined;
  if (!isCount(wall) || !isCount(age)) return undefined;
  // A tab without a token must not take an expired one for the answer.
  if (age >= lifetime) return renewable;
  const receivedAt = { wall, monotonic: performance.now() - age };
  return {
    ...renewable,
    token: {
      value,
      lifetime,
      receivedAt,
      claims: decodeClaims(value),
      isLast: isLast === true || undefined,
      ...(typeof subject === 'string' && { subject }),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;
const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity;
