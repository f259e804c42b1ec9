/** Compares what a component has chosen of the state: by content, since each state is a new object. */

/** `true`: the value doesn't count. An object: these of its values don't. */
export type Ignored = true | { readonly [key: string]: Ignored };

type Plain = Readonly<Record<string, unknown>>;

/** Compares plain objects and arrays by content, all else by identity. */
export function isAlike(a: unknown, b: unknown, ignored: Ignored = {}): boolean {
  const kind = a?.constructor;
  return (
    ignored === true ||
    a === b ||
    (kind === b?.constructor &&
      (kind === Object || kind === Array) &&
      Object.keys({ ...(a as Plain), ...(b as Plain) }).every(
        (key) =>
          // [] has another length than [undefined].
          (ignored[key] || key in (a as Plain) === key in (b as Plain)) &&
          isAlike((a as Plain)[key], (b as Plain)[key], ignored[key]),
      ))
  );
}
