/** `/api`: what access tokens are for, and the answers that they can meet. */

import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { type AccessToken, type AccessTokens, bearerOf } from '../../src/testing/server/access-tokens.ts';
import type { Activity } from './activity.ts';
import type { AnswerTiming } from './answer-timing.ts';
import { requestId } from './request-id.ts';
import type { TokenFormat } from './token-format.ts';

interface ApiEnv {
  Variables: { token: AccessToken };
}

const ORDERS: Readonly<Record<string, readonly object[]>> = {
  ada: [
    { id: 'A-1842', item: 'Punched cards, 1,000', price: 18.5 },
    { id: 'A-1843', item: 'Brass gear, 37 teeth', price: 42 },
    { id: 'A-1852', item: 'Notes on the engine', price: 9.9 },
  ],
  bob: [
    { id: 'B-0107', item: 'Canvas, 60 × 80', price: 24 },
    { id: 'B-0108', item: 'Titanium white', price: 11.2 },
  ],
};

export function apiRoutes(parts: {
  tokens: AccessTokens;
  format: TokenFormat;
  activity: Activity;
  timing: AnswerTiming;
}): Hono<ApiEnv> {
  const { tokens, format, activity, timing } = parts;
  const routes = new Hono<ApiEnv>();

  routes.use(async (c, next) => {
    const judged = tokens.judge(await format.idOf(bearerOf(c.req.header('Authorization'))));
    const user = judged.token?.family.user.id;
    activity.countApiRequest(user);
    if (judged.verdict === 'good') {
      c.set('token', judged.token);
      await next();
      c.header('X-User', user);
      c.header('X-Generation', String(judged.token.generation));
    } else {
      // Unread, a large upload would end in a network error instead of the 401.
      for await (const _ of c.req.raw.body ?? []);
      // RFC 6750 §3.1: no error code where no token was sent.
      const challenge = judged.verdict === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"';
      c.res = c.json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': challenge });
    }
    c.header('Cache-Control', 'no-store');
    if (c.res.status === 401) activity.count('unauthorized');
    await timing.beforeAnswer('api');
    activity.record({
      kind: 'api',
      user,
      generation: judged.token?.generation,
      status: c.res.status,
      requestId: requestId(c),
      method: c.req.method,
      path: c.req.path,
      outcome: judged.verdict,
    });
  });

  routes.get('/me', (c) => {
    const { family, generation } = c.get('token');
    return c.json({ user: family.user.id, name: family.user.name, generation });
  });

  routes.get('/orders', (c) => {
    const { id } = c.get('token').family.user;
    return c.json({ user: id, orders: ORDERS[id] ?? [] });
  });

  routes.all('/echo', async (c) => {
    const body = await c.req.arrayBuffer();
    c.header('X-Echo-Method', c.req.method);
    c.header('X-Echo-Headers', headersOfInterest(c.req.raw.headers));
    const type = c.req.header('Content-Type');
    return c.body(body, 200, type === undefined ? {} : { 'Content-Type': type });
  });

  // For uploads that are too large to be sent back: what came, byte for byte, without being kept.
  routes.post('/digest', async (c) => {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of c.req.raw.body ?? []) {
      hash.update(chunk);
      size += chunk.length;
    }
    return c.json({ size, sha256: hash.digest('hex'), type: c.req.header('Content-Type') ?? null });
  });

  // RFC 9470 §3: the token is good, and yet not good enough; a refresh would bring no better one.
  routes.get('/stepup', (c) =>
    c.json({ error: 'insufficient_user_authentication' }, 401, {
      'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", acr_values="urn:demo:strong", max_age="60"',
    }),
  );

  routes.get('/forbidden', (c) =>
    c.json({ error: 'insufficient_scope' }, 403, {
      'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="admin"',
    }),
  );

  // An API that refuses every token: a client must not refresh for ever.
  routes.get('/never', (c) =>
    c.json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }),
  );

  return routes;
}

/** As JSON in ASCII, which a header can carry. */
function headersOfInterest(headers: Headers): string {
  const shown = [...headers].filter(([name]) =>
    /^(accept|accept-language|content-.*|idempotency-key|range|x-.*)$/.test(name),
  );
  const json = JSON.stringify(Object.fromEntries(shown));
  return json.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
