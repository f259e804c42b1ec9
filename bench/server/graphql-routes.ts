/** One mutation of GraphQL: it makes the call of the API that it names, with the caller's token. A 401 stays a 401. */

import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';

type Routes = Hono<{ Bindings: HttpBindings }>;

export function graphqlRoutes(api: Routes): Routes {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.post('/graphql', async (c) => {
    const { path, method = 'GET', body } = (await c.req.json()).variables;
    const headers = { Authorization: c.req.header('Authorization') ?? '' };
    const { status } = await api.fetch(new Request(new URL(path, c.req.url), { method, headers, body }), c.env);
    const answer = status === 401 ? { errors: [{ message: 'invalid_token' }] } : { data: { call: { status } } };
    return c.json(answer, status === 401 ? 401 : 200, { 'Cache-Control': 'no-store' });
  });
  return routes;
}
