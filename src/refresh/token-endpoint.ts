/** Calls the token endpoint, once, and never rejects: what goes wrong is a verdict too. */

import { isAuthError } from '../errors.js';
import type { SessionRecord } from '../session/session-record.js';
import type { RefreshStrategy } from './refresh-strategy.js';
import type { RefreshTokenHolder } from './refresh-token-holder.js';
import { wrongSetUp } from './refusal.js';
import { type AnswerReading, isResponse, judge, type Verdict } from './token-response.js';

export interface TokenEndpoint extends AnswerReading {
  readonly strategy: Pick<RefreshStrategy, 'request' | 'readTokens' | 'revoke'>;
  /** Where no cookie holds the refresh token. */
  readonly refreshToken?: RefreshTokenHolder | undefined;
  /** Origin and path; `undefined` where only a function of the app's knows it. */
  readonly address: string | undefined;
  /** How errors name it. */
  readonly label: string;
  readonly fetch: typeof globalThis.fetch;
}

/** @param known the tokens of now: a server that gives the access token again has no newer one yet */
export async function callTokenEndpoint(
  { strategy, fetch, ...reading }: TokenEndpoint,
  signal: AbortSignal,
  known: Pick<SessionRecord, 'token' | 'refreshToken'>,
): Promise<Verdict> {
  /** As the strategy's own code is handed them. Whatever else it throws may quote the request or the answer, and a token. */
  const thrownByFetch = new WeakSet<object>();
  const notingFetch: typeof fetch = (input, init) =>
    fetch(input, init).catch((error: unknown) => {
      if (error instanceof TypeError || error instanceof DOMException) thrownByFetch.add(error);
      throw error;
    });
  try {
    const answer = await strategy.request({ fetch: notingFetch, signal, refreshToken: known.refreshToken });
    if (isResponse(answer) && answer.bodyUsed) {
      const why = 'it gave a Response, and its body has been read: give it unread, or its parsed JSON';
      return wrongSetUp(why, { code: 'option-failed', option: 'refresh' });
    }
    return await judge(answer, reading, { current: known.token });
  } catch (error) {
    // By its brand: the strategy may come from another copy of the package.
    const isOurs = isAuthError(error);
    const { response, name } = Object(error) as ThrownAnswer;
    if (isOurs && error.code === 'configuration' && !response) {
      // It becomes a part of a sentence.
      return { verdict: 'request-refused', why: error.message.replace(/\.$/, ''), isPermanent: true };
    }
    const isKnown = isOurs || thrownByFetch.has(Object(error));
    const noAnswer = {
      verdict: 'no-answer',
      why: `the request failed (${isOurs ? error.message : String(name ?? 'without an error')})`,
      cause: isKnown && !response ? error : undefined,
    } as const;
    // Other HTTP libraries throw on 4xx and 5xx, with the response on the error.
    return response?.status ? judgeThrown(error as ThrownAnswer, reading).catch(() => noAnswer) : noAnswer;
  }
}

/** As axios, ky and ofetch throw it. */
interface ThrownAnswer {
  readonly name?: unknown;
  readonly message?: string;
  readonly data?: unknown;
  readonly response?: Response | (ResponseInit & { readonly data?: unknown });
}

async function judgeThrown(error: ThrownAnswer, reading: AnswerReading): Promise<Verdict> {
  const { response = {}, message } = error;
  // The cookie of the option `csrf` was missing: its own answer may say more.
  const noCsrfToken = isAuthError(error) ? message : undefined;
  if (isResponse(response) && !response.bodyUsed) return judge(response, reading, { noCsrfToken });
  const data = 'data' in response ? response.data : error.data;
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return judge(new Response(text ?? null, response), reading);
}
