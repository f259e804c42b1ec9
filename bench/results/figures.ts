/** Medians and spreads, and how they are written. */

export interface Figures {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

export function figuresOf(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
  return { median, least: at(0), most: at(1), count: sorted.length };
}

/** With as many digits as one can rely on. */
export function write(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** The median, and in brackets the least and the most. */
export const spread = ({ median, least, most, count }: Figures): string =>
  count > 1 ? `${write(median)} (${write(least)} to ${write(most)})` : write(median);
