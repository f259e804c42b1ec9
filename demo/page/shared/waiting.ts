/** Waiting, for a while or until something is so. */

/** Asks again and again, for a while. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await pause(25)) if (await condition()) return;
  throw new Error('What was waited for did not happen.');
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
