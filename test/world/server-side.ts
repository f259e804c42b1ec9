/** A server's side of rendering, in a process that has a page otherwise. */

const OF_A_PAGE = [
  'window',
  'self',
  'document',
  'location',
  'localStorage',
  'sessionStorage',
  'addEventListener',
  'removeEventListener',
];

/** Runs with nothing of a page around. */
export function onServer<T>(run: () => T): T {
  const page = OF_A_PAGE.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const name of OF_A_PAGE) Reflect.deleteProperty(globalThis, name);
  try {
    return run();
  } finally {
    for (const [name, descriptor] of page) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
  }
}
