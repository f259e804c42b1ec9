/** What many apps write by hand. It works, in one tab, on a good network. */

export function createPlainInterceptor(authUrl: string, send: typeof fetch) {
  let token: string | undefined;
  let refreshing: Promise<void> | undefined;
  let tell = () => {};

  async function take(answer: Promise<Response>) {
    try {
      const response = await answer;
      if (!response.ok) throw new Error(`The auth server answered ${response.status}`);
      token = (await response.json()).access_token;
    } catch (error) {
      token = undefined; // and off to the login page
      throw error;
    } finally {
      tell();
    }
  }

  function refresh() {
    refreshing ??= take(
      send(`${authUrl}/refresh`, { method: 'POST', headers: { 'X-Requested-With': 'fetch' } }),
    ).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    refresh,
    signIn: (login: () => Promise<Response>) => take(login()),
    token: () => token,
    onChange: (listener: () => void) => {
      tell = listener;
    },
    async fetch(input: RequestInfo | URL, init?: RequestInit) {
      const attempt = () => {
        const headers = new Headers(init?.headers);
        if (token) headers.set('Authorization', `Bearer ${token}`);
        return send(input, { ...init, headers });
      };
      const response = await attempt();
      if (response.status !== 401) return response;
      await refresh();
      return attempt();
    },
  };
}
