/** A GraphQL API that answers 200 to everybody: a token that it doesn't take is an error in the body. */

import type { AuthServer } from '../world/auth-server.ts';

export const ORDER = 'query Order($id: ID!) { order(id: $id) { user generation } }';
export const PAY = 'mutation Pay($amount: Int!) { pay(amount: $amount) { user generation } }';

export interface Answer {
  readonly order?: unknown;
  readonly pay?: unknown;
}

/** An error as graphql-js has it. */
export const unauthenticated = {
  message: 'The token is no good.',
  extensions: { code: 'UNAUTHENTICATED' },
};

export function answerGraphQL(server: AuthServer): void {
  server.answerApi = async (request, own) => {
    const query = new URL(request.url).searchParams.get('query') ?? (await request.text());
    const field = query.includes('mutation') ? 'pay' : 'order';
    const answer =
      own.status === 200
        ? { data: { [field]: await own.json() } }
        : { data: { [field]: null }, errors: [unauthenticated] };
    return Response.json(answer, { headers: { 'Content-Type': 'application/graphql-response+json; charset=utf-8' } });
  };
}
