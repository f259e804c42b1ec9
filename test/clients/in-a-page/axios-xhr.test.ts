/** docs/clients/axios.md on XMLHttpRequest, run as it stands there. */

import type { AxiosInstance } from 'axios';
import { describe } from 'vitest';
import { clientRecipe, serves } from '../../given/any-client.ts';

describe('axios on its XHR adapter', () => {
  serves({
    async open(auth) {
      const { api } = await clientRecipe<{ api: AxiosInstance }>('axios', 'interceptors', auth);
      return {
        read: async (path, signal) => (await api.get(path, { ...(signal && { signal }) })).data,
        write: async (path, body) => (await api.post(path, body)).data,
      };
    },
  });
});
