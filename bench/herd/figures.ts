/** What the curves say: the busiest second, and how it compares with the same calls spread evenly. */

/** Of calls that were counted second by second. */
export const sum = (calls: ArrayLike<number>, from = 0, to = calls.length): number => {
  let total = 0;
  for (let second = Math.max(0, from); second < Math.min(to, calls.length); second++) total += calls[second] ?? 0;
  return total;
};

/** The busiest second from one moment to another. */
export function busiest(calls: ArrayLike<number>, from: number, to = calls.length): { second: number; calls: number } {
  let most = { second: from, calls: 0 };
  for (let second = from; second < Math.min(to, calls.length); second++) {
    const here = calls[second] ?? 0;
    if (here > most.calls) most = { second, calls: here };
  }
  return most;
}

/** How many seconds it takes from a moment until so many calls have come; `undefined` if they never do. */
export function secondsUntil(calls: ArrayLike<number>, from: number, total: number): number | undefined {
  let reached = 0;
  for (let second = from; second < calls.length; second++) {
    reached += calls[second] ?? 0;
    if (reached >= total) return second - from + 1;
  }
  return undefined;
}

/** The shortest time, in seconds, in which so large a share of the calls between two moments falls. */
export function shortestTimeFor(share: number, calls: ArrayLike<number>, from: number, to: number): number {
  const wanted = sum(calls, from, to) * share;
  let shortest = to - from;
  let within = 0;
  for (let first = from, next = from; first < to; first++) {
    while (within < wanted && next < to) within += calls[next++] ?? 0;
    if (within < wanted) break;
    shortest = Math.min(shortest, next - first);
    within -= calls[first] ?? 0;
  }
  return shortest;
}
