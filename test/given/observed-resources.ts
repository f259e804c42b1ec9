/** What a page's PerformanceObserver tells of its requests, by the test's word. */

import { vi } from 'vitest';

export type ResourceEntry = Partial<PerformanceResourceTiming & { contentType: string }>;

export interface ObservedResources {
  /** With which options it observes; `undefined` while it doesn't. */
  observed: unknown;
  /** To be called once it observes. */
  tell(...entries: ResourceEntry[]): void;
}

/** Until the test unstubs its globals. */
export function observedResources(): ObservedResources {
  const resources: ObservedResources = { observed: undefined, tell() {} };
  vi.stubGlobal(
    'PerformanceObserver',
    class {
      constructor(hear: (list: { getEntries(): ResourceEntry[] }) => void) {
        resources.tell = (...entries) => hear({ getEntries: () => entries });
      }
      observe(options: unknown) {
        resources.observed = options;
      }
      disconnect() {
        resources.observed = undefined;
      }
    },
  );
  return resources;
}

/** A login by `fetch` that succeeded. */
export const loginEntry = (name: string, more: ResourceEntry): ResourceEntry => ({
  name,
  initiatorType: 'fetch',
  responseStatus: 200,
  contentType: 'application/json',
  ...more,
});
