/** docs/clients/ofetch.md, run as it stands there. */

import { type $Fetch, ofetch } from 'ofetch';
import { describe, expect, it } from 'vitest';
import { expired } from '../given/ada.ts';
import { clientRecipe, serves, takeRelativeUrls } from '../given/any-client.ts';
import { reasonOf } from '../given/failures.ts';
import { usersOf } from '../given/received.ts';

describe('ofetch', () => {
  serves({
    async open(auth) {
      const { api } = await clientRecipe<{ api: $Fetch }>('ofetch', 'retry: 0', auth);
      return {
        read: (path, signal) => api(path, { ...(signal && { signal }) }),
        write: (path, body) => api(path, { method: 'POST', body }),
        errorIn: (rejection) => (rejection as Error).cause,
      };
    },
  });
});

describe('why ofetch needs retry: 0', () => {
  takeRelativeUrls();

  it('by default a GET of Ada’s that was rejected is sent again, as Bob', async () => {
    const { server, auth } = await expired();
    const held = server.holdRefresh();
    const answered = reasonOf(ofetch.create({ baseURL: '/api' }, { fetch: auth.fetch })('/orders'));
    await held.arrived;
    await auth.setSession(server.signIn('bob'));
    held.release();

    expect(await answered).toBeUndefined();
    expect(usersOf(server)).toEqual(['ada', 'bob']);
  });
});
