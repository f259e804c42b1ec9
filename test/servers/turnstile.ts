/** Where token requests pass on their way to a server and back: they can be held there, or answered by somebody else. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { gate } from '../world/waiting.ts';

/** `before` the server has seen the request, or `after` it has answered. */
export type Side = 'before' | 'after';

export interface Held {
  /** Resolves when the request is there. */
  readonly arrived: Promise<void>;
  release(): void;
}

export interface Turnstile {
  /** How many have come. */
  passed(): number;
  /** Holds the next one. */
  hold(side: Side): Held;
  /** From now on the server hears of none: a gateway answers. `undefined`: it hears of all again. */
  answerInstead(answer: { readonly status: 429 | 503; readonly retryAfter: number } | undefined): void;
  /** Lets all go that is held. */
  open(): void;
  pass(request: IncomingMessage, response: ServerResponse, onward: () => unknown): Promise<void>;
}

type Gate = ReturnType<typeof gate<void>>;

interface Stop {
  readonly side: Side;
  readonly arrived: Gate;
  readonly released: Gate;
}

export function createTurnstile(): Turnstile {
  let stops: Stop[] = [];
  const all = new Set<Stop>();
  let passed = 0;
  let instead: Parameters<Turnstile['answerInstead']>[0];

  async function stop(side: Side): Promise<void> {
    const next = stops.find((each) => each.side === side);
    if (!next) return;
    stops = stops.filter((each) => each !== next);
    next.arrived.open();
    await next.released.opened;
  }

  return {
    passed: () => passed,
    hold(side) {
      const held: Stop = { side, arrived: gate<void>(), released: gate<void>() };
      stops.push(held);
      all.add(held);
      return { arrived: held.arrived.opened, release: () => held.released.open() };
    },
    answerInstead(answer) {
      instead = answer;
    },
    open() {
      for (const each of all) each.released.open();
    },
    async pass(request, response, onward) {
      passed++;
      const answer = instead;
      await stop('before');
      if (answer) {
        await stop('after');
        // A gateway that leaves these out turns its answer into a network error for pages of another origin.
        response.writeHead(answer.status, {
          'Retry-After': answer.retryAfter,
          'Access-Control-Allow-Origin': request.headers.origin ?? '*',
          'Access-Control-Expose-Headers': 'Retry-After',
        });
        response.end();
        return;
      }
      const end = response.end.bind(response) as (...all: unknown[]) => ServerResponse;
      response.end = (...all: unknown[]) => {
        void stop('after').then(() => end(...all));
        return response;
      };
      await onward();
    },
  };
}
