/** Sign-in and rotation for other protocols: what they ask is asked of the strict server's own routes. */

import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';

export interface Tokens {
  readonly user: string;
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
}

/** `tokens`, or the server's own refusal. */
export type Granted = { readonly tokens: Tokens } | { readonly refusal: Response };

export interface Sessions {
  begin(c: Context, user: string): Promise<Granted>;
  rotate(c: Context, refreshToken: string): Promise<Granted>;
}

export function sessionsBehind(routes: Hono<{ Bindings: HttpBindings }>): Sessions {
  async function ask(c: Context, path: string, init: RequestInit): Promise<Granted> {
    const request = new Request(new URL(path, c.req.url), { method: 'POST', ...init });
    const answer = await routes.fetch(request, c.env);
    // What is cut before an answer counts as one, too.
    if (!answer.ok || answer.headers.has('x-hono-already-sent')) return { refusal: answer };
    const { access_token, expires_in } = await answer.json();
    const refreshToken = /^[^=]+=([^;]*)/.exec(answer.headers.get('Set-Cookie') ?? '')?.[1] ?? '';
    return {
      tokens: { user: subjectOf(access_token), accessToken: access_token, expiresIn: expires_in, refreshToken },
    };
  }

  return {
    begin: (c, user) =>
      ask(c, '/auth/login', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user, password: 'demo' }),
      }),
    rotate: (c, refreshToken) =>
      ask(c, '/auth/refresh', {
        headers: {
          'X-Requested-With': 'bench',
          Cookie: `refresh_token_${new URL(c.req.url).port}=${refreshToken}`,
        },
      }),
  };
}

const subjectOf = (jwt: string): string => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()).sub;
