/** One request and its answer: what a browser would see of it, and what the client would make of it. */

import { judge, type Verdict } from '../refresh/token-response.js';
import { type Cookie, readSetCookie } from './cookies.js';
import type { Secrets } from './secrets.js';
import type { Surroundings } from './surroundings.js';

export interface Answer {
  /** 0: none has come. */
  readonly status: number;
  readonly headers: Headers;
  /** What the client would make of it if it were the answer to a refresh. */
  readonly verdict: Verdict;
  /** Why it is of no use, in the client's words. */
  readonly why: string;
  /** What to do about it, where it couldn't even be sent. */
  readonly remedy?: string | undefined;
  /** The parsed JSON; the text, where it isn't JSON. */
  readonly body: unknown;
  readonly isHtml: boolean;
  readonly setCookies: readonly Cookie[];
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string | undefined;
  /** Why it has no CSRF token to send, where it should have one. */
  readonly noCsrfToken?: string | undefined;
  /** Whether a refresh token in the body is the client's. */
  readonly holdsRefreshToken: boolean;
}

/** Milliseconds; as long as the client lets a request run (docs, option refreshTimeout). */
const PATIENCE = 30_000;

export const isRenewed = ({ verdict }: Answer): boolean => verdict.verdict === 'renewed';
/** In the client's words: the session is over. */
export const isOver = ({ verdict }: Answer): boolean => verdict.verdict === 'rejected';

/** Never throws: that no answer has come is an answer of its own. */
export async function send(
  { url, method, headers, body, noCsrfToken, holdsRefreshToken }: Exchange,
  { fetch, now }: Surroundings,
  secrets: Secrets,
): Promise<Answer> {
  const sentAt = now();
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
      ...(body !== undefined && { body }),
    });
    const verdict = await judge(response.clone(), { holdsRefreshToken }, { noCsrfToken });
    const text = await response.text();
    const receivedAt = now();
    const setCookies = response.headers.getSetCookie().map((header) => readSetCookie(header, url, receivedAt));
    for (const { value } of setCookies) secrets.add(value);
    if (verdict.verdict === 'renewed') {
      secrets.add(verdict.grant.accessToken.value);
      secrets.add(verdict.grant.refreshToken);
    }
    return {
      status: response.status,
      headers: response.headers,
      verdict,
      why: whyOf(verdict, response.status),
      body: parsed(text),
      // Django, among others, calls an empty answer HTML: that is no page.
      isHtml: (!!text && !!response.headers.get('content-type')?.includes('html')) || text.trimStart().startsWith('<'),
      setCookies,
      sentAt,
      receivedAt,
    };
  } catch (error) {
    return noAnswer(`no answer came (${reasonOf(error)})`, sentAt, now());
  }
}

/** @param sentAt milliseconds since 1970 */
export function noAnswer(why: string, sentAt: number, receivedAt = sentAt, remedy?: string): Answer {
  const verdict: Verdict = { verdict: 'no-answer', why };
  const nothing = { headers: new Headers(), body: undefined, isHtml: false, setCookies: [] };
  return { ...nothing, status: 0, verdict, why, remedy, sentAt, receivedAt };
}

const whyOf = (verdict: Verdict, status: number): string =>
  'why' in verdict ? verdict.why : `it answered ${status}, with a token`;

/** The message may quote the URL, with its query. */
function reasonOf(error: unknown): string {
  const { name, cause } = Object(error) as { name?: string; cause?: unknown };
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === 'string' ? code : name === 'TimeoutError' ? `${PATIENCE / 1_000} s passed` : 'network error';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
