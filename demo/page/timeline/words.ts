/** The same in words: for tooltips, and for who doesn't see the bars. */

import type { Sending, Span, TokenMark } from '../trace/spans.ts';

export const nameOf = (user: string): string => user.charAt(0).toUpperCase() + user.slice(1);

export const tokenInWords = ({ user, generation }: TokenMark): string => `${nameOf(user)}’s token ${generation}`;

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

const duration = ({ from, to }: { from: number; to?: number }): string =>
  to === undefined ? 'not over yet' : seconds(to - from);

function sendingInWords({ token, status }: Sending, index: number): string {
  const answer = status === undefined ? 'no answer yet' : status === 0 ? 'no answer' : String(status);
  return `${index === 0 ? 'sent' : 'sent again'} with ${token ? tokenInWords(token) : 'no readable token'}: ${answer}`;
}

export function spanInWords(span: Span): string {
  switch (span.kind) {
    case 'request': {
      const failed = span.outcome && !/^\d/.test(span.outcome) ? `, failed with ${span.outcome}` : '';
      const story = span.sendings.map(sendingInWords).join(', then ') || (failed ? 'never sent' : 'waits');
      return `${span.label}, ${story}${failed} (${duration(span)})`;
    }
    case 'lock':
      return `waits for its turn among tabs (${duration(span)})`;
    case 'token':
      return `has ${tokenInWords(span.token)} (${duration(span)})`;
    case 'offline':
      return `offline (${duration(span)})`;
    default:
      return `${span.kind}: ${span.status === undefined ? 'no answer yet' : span.status || 'no answer'} (${duration(span)})`;
  }
}

/** One sentence on a tab. */
export function laneInWords(spans: readonly Span[]): string {
  const requests = spans.filter((span) => span.kind === 'request');
  const answered = requests.filter(({ outcome }) => outcome?.startsWith('2')).length;
  const again = requests.filter(({ sendings }) => sendings.length > 1).length;
  const refreshes = spans.filter(({ kind }) => kind === 'refresh').length;
  return `${count(requests.length, 'request')}, ${answered} answered, ${again} of them sent again; ${count(refreshes, 'call')} of the token endpoint.`;
}

/** When it began. */
export const momentInWords = (span: Span, origin: number): string => seconds(Math.max(0, span.from - origin));
