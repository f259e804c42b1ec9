/** docs/clients/axios.md, run as it stands there. */

import { type AxiosInstance, isAxiosError, isCancel } from 'axios';
import { describe, expect, it } from 'vitest';
import { expired } from '../given/ada.ts';
import { clientRecipe, serves, takeRelativeUrls } from '../given/any-client.ts';
import { reasonOf } from '../given/failures.ts';

const axiosOf = async (auth: Parameters<typeof clientRecipe>[2]) =>
  (await clientRecipe<{ api: AxiosInstance }>('axios', "adapter: 'fetch'", auth)).api;

describe('axios on its fetch adapter', () => {
  serves({
    async open(auth) {
      const api = await axiosOf(auth);
      const page = await clientRecipe<{ authErrorOf(error: unknown): unknown }>('axios', 'authErrorOf', auth);
      return {
        read: async (path, signal) => (await api.get(path, { ...(signal && { signal }) })).data,
        write: async (path, body) => (await api.post(path, body)).data,
        errorIn: page.authErrorOf,
      };
    },
  });
});

describe('what axios rejects with', () => {
  takeRelativeUrls();

  it('its own error has the code of ours, and no response', async () => {
    const { server, auth } = await expired();
    server.revoke('ada');
    const reason = await reasonOf((await axiosOf(auth)).get('/orders'));
    expect(isAxiosError(reason) && [reason.code, reason.response]).toEqual(['session-expired', undefined]);
  });

  it('a 401 after the replay has a response', async () => {
    const { server, auth } = await expired();
    server.answerApi = () => new Response(null, { status: 401 });
    const reason = await reasonOf((await axiosOf(auth)).get('/orders'));
    expect(isAxiosError(reason) && reason.response?.status).toBe(401);
  });

  it('an abort is a CanceledError', async () => {
    const { server, auth } = await expired();
    const held = server.holdRefresh();
    const leaving = new AbortController();
    const reason = reasonOf((await axiosOf(auth)).get('/orders', { signal: leaving.signal }));
    await held.arrived;
    leaving.abort();
    expect(isCancel(await reason)).toBe(true);
    held.release();
  });
});
