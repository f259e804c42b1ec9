/** docs/clients/wretch.md, run as it stands there. */

import { describe } from 'vitest';
import type { Wretch } from 'wretch';
import { clientRecipe, serves } from '../given/any-client.ts';

describe('wretch', () => {
  serves({
    async open(auth) {
      const { api } = await clientRecipe<{ api: Wretch }>('wretch', 'fetchPolyfill', auth);
      return {
        read: (path, signal) =>
          api
            .url(path)
            .options(signal ? { signal } : {})
            .get()
            .json(),
        write: (path, body) => api.url(path).post(body).json(),
      };
    },
  });
});
