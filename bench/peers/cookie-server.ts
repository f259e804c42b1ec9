/** The two calls that an app writes itself where the refresh token lives in an HttpOnly cookie. */

interface Answer {
  readonly access_token: string;
  readonly expires_in: number;
}

async function post(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', ...init });
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}

const TYPE = { 'Content-Type': 'application/json' };

export const logIn = (origin: string, user: string): Promise<Answer> =>
  post(`${origin}/auth/login`, { headers: TYPE, body: JSON.stringify({ user, password: 'demo' }) });

/** @throws where the server gives no token, whatever the reason */
export const refresh = async (origin: string): Promise<string> =>
  (await post(`${origin}/auth/refresh`, { headers: { 'X-Requested-With': 'fetch' } })).access_token;
