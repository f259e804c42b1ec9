/** All kinds of things in the timeline, in the order of the legend: a new kind is a file beside this one, and its line here. */

import type { Instruments } from '../../instruments/instruments.ts';
import type { Span } from '../spans.ts';
import { closedTab } from './closed-tab.tsx';
import { cookieWait } from './cookie-wait.tsx';
import type { Kind } from './kind.ts';
import { lockWait } from './lock-wait.tsx';
import { offline } from './offline.tsx';
import { refresh } from './refresh.tsx';
import { request } from './request.tsx';
import { signInAndOut } from './sign-in-and-out.tsx';
import { token } from './token.tsx';

export const KINDS: readonly Kind[] = [token, request, refresh, signInAndOut, offline, closedTab, lockWait, cookieWait];

export const kindOf = (span: Span): Kind | undefined => KINDS.find(({ names }) => names.includes(span.kind));

export function recordKinds(instruments: Instruments): void {
  for (const kind of KINDS) kind.record?.(instruments);
}

export const spanInWords = (span: Span): string => kindOf(span)?.inWords(span) ?? span.kind;

/** One sentence on a tab. */
export function laneInWords(spans: readonly Span[]): string {
  const parts = KINDS.map((kind) => kind.summary?.(spans.filter((span) => kind.names.includes(span.kind))));
  return `${parts.filter(Boolean).join('; ')}.`;
}
