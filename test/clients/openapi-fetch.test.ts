/** docs/clients/openapi-fetch.md, run as it stands there. */

import type { Client } from 'openapi-fetch';
import { describe } from 'vitest';
import { clientRecipe, serves } from '../given/any-client.ts';

describe('openapi-fetch', () => {
  serves({
    async open(auth) {
      // biome-ignore lint/suspicious/noExplicitAny: the paths are the page's.
      const { api } = await clientRecipe<{ api: Client<any> }>('openapi-fetch', 'createClient', auth);
      const dataOf = ({ data, error }: { data?: unknown; error?: unknown }) => data ?? Promise.reject(error);
      return {
        read: async (path, signal) =>
          dataOf(await api.GET('/orders/{id}', { params: { path: { id: path.slice(1) } }, ...(signal && { signal }) })),
        write: async (_, body) => dataOf(await api.POST('/payments', { body })),
      };
    },
  });
});
