/** Where a page's refresh token outlives it. */

import type { RefreshTokenStorage } from 'silent-refresh';

export function memoryStorage() {
  const values = new Map<string, string>();
  const storage: RefreshTokenStorage = {
    getItem: (key) => values.get(key),
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
  };
  return { values, storage: () => storage };
}
