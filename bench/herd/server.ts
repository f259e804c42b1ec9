/** The token endpoint: it answers, is out of order for a while, or has more calls than it can serve. */

export interface Answer {
  /** 0: there is no network. */
  readonly status: 200 | 429 | 500 | 503 | 0;
  /** Milliseconds, where the server names them (`Retry-After`). */
  readonly retryAfter?: number | undefined;
}

export interface TokenServer {
  answer(now: number): Answer;
}

const SECOND = 1_000;

export const healthy: TokenServer = { answer: () => ({ status: 200 }) };

/** Answers every call between two moments as told, and as another server otherwise. */
export const outOfOrder = (
  from: number,
  until: number,
  refusal: (now: number) => Answer,
  otherwise: TokenServer,
): TokenServer => ({
  answer: (now) => (now >= from && now < until ? refusal(now) : otherwise.answer(now)),
});

/** Serves so many calls in each second, and refuses what comes beyond. */
export function limited(perSecond: number, refusal: (now: number) => Answer): TokenServer {
  let second = 0;
  let served = 0;
  return {
    answer(now) {
      const current = Math.floor(now / SECOND);
      if (current !== second) {
        second = current;
        served = 0;
      }
      return served++ < perSecond ? { status: 200 } : refusal(now);
    },
  };
}
