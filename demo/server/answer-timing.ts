/** When answers leave: after the latency that is set, and not before a hold on them is released. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivityKind } from './activity.ts';
import type { Settings } from './settings.ts';

/** Keeps one answer back: what the request asked for has been done, and nobody has been told. */
export interface Hold {
  /** Resolves when the request has come and waits. */
  readonly arrived: Promise<void>;
  release(): void;
}

export interface AnswerTiming {
  /** Holds the next request of this kind that isn't held yet. */
  hold(kind: ActivityKind): Hold;
  beforeAnswer(kind: ActivityKind): Promise<void>;
  releaseAll(): void;
  close(): void;
}

interface Gate {
  readonly arrive: () => void;
  readonly release: () => void;
  readonly released: Promise<void>;
}

export function createAnswerTiming(settings: Settings): AnswerTiming {
  const closing = new AbortController();
  const waiting = new Map<ActivityKind, Gate[]>();
  const gates = new Set<Gate>();

  const latency = (kind: ActivityKind): number =>
    kind === 'refresh' ? settings.refreshLatency : kind === 'api' ? settings.apiLatency : 0;

  function releaseAll(): void {
    for (const gate of gates) gate.release();
    waiting.clear();
  }

  return {
    releaseAll,

    hold(kind) {
      const arrival = signal();
      const departure = signal();
      const gate = { arrive: arrival.give, release: departure.give, released: departure.given };
      waiting.set(kind, [...(waiting.get(kind) ?? []), gate]);
      gates.add(gate);
      return { arrived: arrival.given, release: gate.release };
    },

    async beforeAnswer(kind) {
      const gate = waiting.get(kind)?.shift();
      if (gate) {
        gate.arrive();
        await gate.released;
        gates.delete(gate);
      }
      const ms = latency(kind);
      if (ms > 0) await sleep(ms, undefined, { signal: closing.signal }).catch(() => {});
    },

    close() {
      closing.abort();
      releaseAll();
    },
  };
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
