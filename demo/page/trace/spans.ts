/** What a timeline shows: things that took time in one tab. Each kind in `kinds/` says what its own spans hold besides. */

export interface Span {
  readonly id: string;
  readonly kind: string;
  /** Milliseconds since 1970, alike in all tabs of a machine. */
  readonly from: number;
  /** Absent while it lasts. */
  readonly to?: number;
}

export const now = (): number => performance.timeOrigin + performance.now();
