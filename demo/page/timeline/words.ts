/** Words for names, numbers and times, for whatever is told of a span. */

import type { Span } from '../trace/spans.ts';
import type { TokenMark } from '../trace/token-mark.ts';

export const nameOf = (user: string): string => user.charAt(0).toUpperCase() + user.slice(1);

export const tokenInWords = ({ user, generation }: TokenMark): string => `${nameOf(user)}’s token ${generation}`;

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

export const duration = ({ from, to }: Span): string => (to === undefined ? 'not over yet' : seconds(to - from));

/** When it began. */
export const momentInWords = (span: Span, origin: number): string => seconds(Math.max(0, span.from - origin));
