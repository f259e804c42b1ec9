/** Where a peer runs, with the functions of `work/` beside it. */

import type * as work from '../work/index.ts';

export type Work = typeof work;

export interface Place {
  run<Name extends keyof Work>(name: Name, ...args: Parameters<Work[Name]>): Promise<Awaited<ReturnType<Work[Name]>>>;
  close(): Promise<void>;
}

export class TooLong extends Error {}

/** Some peers leave their callers waiting for ever. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLong(`nothing within ${milliseconds / 1_000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
