/** docs/clients/alova.md, run as it stands there. */

import type { Alova, AlovaGenerics } from 'alova';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../given/ada.ts';
import { clientRecipe, serves, takeRelativeUrls } from '../given/any-client.ts';

interface Page {
  readonly api: Alova<AlovaGenerics>;
}

describe('alova', () => {
  serves({
    async open(auth) {
      const { api } = await clientRecipe<Page>('alova', 'customFetch', auth);
      return {
        read(path, signal) {
          const method = api.Get<unknown>(path);
          signal?.addEventListener('abort', () => method.abort());
          return method.send();
        },
        write: (path, body) => api.Post<unknown>(path, body).send(),
      };
    },
  });
});

describe('alova’s cache', () => {
  takeRelativeUrls();

  it('by the page it keeps no answer for the next user', async () => {
    const { server, auth } = await signedIn();
    const { api } = await clientRecipe<Page>('alova', 'customFetch', auth);
    expect(await api.Get('/orders').send()).toMatchObject({ user: 'ada' });
    await auth.signIn(server.login('bob'));
    expect(await api.Get('/orders').send()).toMatchObject({ user: 'bob' });
  });
});
