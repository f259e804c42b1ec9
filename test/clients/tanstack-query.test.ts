/** docs/clients/tanstack-query.md, run as it stands there; test/doors/query-library.test.ts has the recipe for the cache. */

import { QueryClient } from '@tanstack/react-query';
import { describe } from 'vitest';
import { clientRecipe, serves } from '../given/any-client.ts';

interface Page {
  orderQuery(id: string): { queryKey: string[]; queryFn: () => Promise<unknown> };
}

describe('TanStack Query', () => {
  serves({
    async open(auth) {
      const { orderQuery } = await clientRecipe<Page>('tanstack-query', 'queryOptions', auth);
      const queries = new QueryClient();
      return {
        async read(path, signal) {
          const query = orderQuery(path.replace('/orders/', ''));
          signal?.addEventListener('abort', () => queries.cancelQueries({ queryKey: query.queryKey }));
          return queries.fetchQuery(query);
        },
      };
    },
  });
});
