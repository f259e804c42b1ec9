/** The access token of a refresh: its lifetime, whose it is, and the clocks behind it; and the answer around it. */

import { type AccessToken, subjectOf } from '../../session/access-token.js';
import type { Answer } from '../exchange.js';
import { broken, type Finding, kept, unchecked, unclear } from '../finding.js';
import type { FirstRefresh, Stage } from '../stage.js';

const MINUTE = 60_000;
/** Milliseconds; `Date` and `exp` are whole seconds, and an answer takes a while to write. */
const TOLERANCE = 5_000;

export function checkToken({ report }: Stage, { answer }: FirstRefresh): void {
  const { verdict } = answer;
  if (verdict.verdict !== 'renewed') return;
  const { accessToken } = verdict.grant;
  report.tell('token', kept());
  report.tell('lifetime', lifetime(accessToken, answer));
  report.tell('subject', subject(accessToken));
  report.tell('claims', claims(accessToken, answer));
  report.tell('no-store', caching(answer));
  const date = dateOf(answer);
  report.tell('date', Number.isNaN(date) ? broken('there is none, or none that can be read') : kept());
  report.tell('clock', Number.isNaN(date) ? unchecked('there is no Date') : clock(date, answer));
}

function lifetime({ lifetime }: AccessToken, { sentAt, receivedAt }: Answer): Finding {
  if (lifetime === Infinity) {
    return broken('nothing says when it expires: the client can only learn it from a 401', 'Send expires_in.');
  }
  const lives = `it lives for ${shown(lifetime)}`;
  const roundTrip = receivedAt - sentAt;
  // The client refreshes a fifth of the lifetime ahead at most.
  if (lifetime / 5 <= roundTrip) {
    return broken(`${lives}, and a refresh takes ${roundTrip} ms: it can't be refreshed in time`);
  }
  if (lifetime > 60 * MINUTE) return broken(`${lives}: for so long it works for a thief, and for a user you lock out`);
  const isAdvised = lifetime >= 5 * MINUTE - TOLERANCE && lifetime <= 15 * MINUTE;
  return kept(`${shown(lifetime)}${isAdvised ? '' : '; 5 to 15 minutes is the advice'}`);
}

const shown = (ms: number): string =>
  ms >= 2 * MINUTE ? `${Math.round(ms / MINUTE)} min` : `${Math.round(ms / 1_000)} s`;

function subject(token: AccessToken): Finding {
  if (subjectOf(token) !== undefined) return kept();
  return unclear(`it is ${token.claims ? 'a JWT without sub, user_id, uid or userId' : 'opaque'}`);
}

function claims({ claims }: AccessToken, answer: Answer): Finding {
  if (!claims) return unchecked('the token is opaque');
  const { exp, iat } = claims;
  if (typeof exp !== 'number') {
    return broken("the JWT has no exp, so an API can't see that it has expired", 'Put exp into the JWT.');
  }
  const { expires_in, expiresIn } = Object(answer.body) as Record<string, unknown>;
  const lifetimes = [
    ['expires_in', Number(expires_in ?? expiresIn ?? NaN)],
    ['exp and iat', exp - Number(iat ?? NaN)],
    ['exp and Date', exp - dateOf(answer) / 1_000],
  ] as const;
  const known = lifetimes.filter(([, seconds]) => !Number.isNaN(seconds));
  const all = known.map(([, seconds]) => seconds * 1_000);
  if (all.length < 2) return unclear('there is nothing to compare exp with', 'Send expires_in.');
  if (Math.max(...all) - Math.min(...all) <= TOLERANCE) return kept();
  return broken(`it lives for ${known.map(([name, seconds]) => `${Math.round(seconds)} s by ${name}`).join(', ')}`);
}

function caching({ headers }: Answer): Finding {
  const value = headers.get('cache-control');
  if (/(^|[\s,])no-store($|[\s,])/i.test(value ?? '')) return kept();
  return broken(value ? "Cache-Control doesn't say no-store" : 'there is no Cache-Control');
}

const dateOf = ({ headers }: Answer): number => Date.parse(headers.get('date') ?? '');

function clock(date: number, { sentAt, receivedAt }: Answer): Finding {
  // It names a whole second, and was written between the two.
  const skew = date < sentAt - 1_000 ? date + 1_000 - sentAt : Math.max(0, date - receivedAt);
  if (Math.abs(skew) <= TOLERANCE) return kept();
  const by = `${shown(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'}`;
  return unclear(`it is ${by} the clock of this machine, which doesn't confuse the client`);
}
