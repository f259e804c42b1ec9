/** Lets an hour pass for this page's `Date`; its timers don't notice. */

const RealDate = Date;
let ahead = 0;

class LaterDate extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length) super(args[0]);
    else super(RealDate.now() + ahead);
  }

  static override now(): number {
    return RealDate.now() + ahead;
  }
}

export function passHours(hours: number): void {
  ahead += hours * 3_600_000;
  if (ahead > 0) globalThis.Date = LaterDate as DateConstructor;
}
