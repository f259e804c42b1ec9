/** docs/clients/apollo-client.md and graphql.md, run as they stand there. */

import { type ApolloClient, gql } from '@apollo/client';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../given/ada.ts';
import { clientRecipe, serves, tabOfPage, takeRelativeUrls } from '../given/any-client.ts';
import { type Answer, answerGraphQL, ORDER, PAY } from '../given/graphql-api.ts';
import { recipeOf } from '../given/recipe.ts';
import { until } from '../world/waiting.ts';

const clientOf = async (auth: Parameters<typeof clientRecipe>[2]) =>
  (await clientRecipe<{ client: ApolloClient }>('apollo-client', 'new ApolloClient', auth)).client;

describe('Apollo Client, with a server that answers 200', () => {
  serves({
    tab: () => tabOfPage('graphql'),
    before: answerGraphQL,
    refusal: 200,
    async open(auth) {
      const client = await clientOf(auth);
      const plain = (answer: unknown) => {
        const { __typename, ...rest } = answer as Record<string, unknown>;
        return rest;
      };
      return {
        async read(path, signal) {
          const { data } = await client.query<Answer>({
            query: gql(ORDER),
            variables: { id: path },
            ...(signal && { context: { fetchOptions: { signal } } }),
          });
          return plain(data?.order);
        },
        async write(_, { amount }) {
          return plain((await client.mutate<Answer>({ mutation: gql(PAY), variables: { amount } })).data?.pay);
        },
      };
    },
  });
});

describe('Apollo Client’s cache', () => {
  takeRelativeUrls();

  it('by the page it keeps no answer for the next user, and asks again as them', async () => {
    const { server, auth } = await signedIn();
    answerGraphQL(server);
    const client = await clientOf(auth);
    await recipeOf('docs/clients/apollo-client.md', 'resetStore', { './auth': { auth }, './apollo': { client } });
    const seen: unknown[] = [];
    const shown = client
      .watchQuery<{ order: { user: string } }>({ query: gql(ORDER), variables: { id: '1' } })
      .subscribe(({ data }) => seen.push(data?.order?.user));
    await until(() => seen.includes('ada'), 'Ada’s order shows');
    await auth.signIn(server.login('bob'));
    await until(() => seen.includes('bob'), 'Bob’s order shows');
    shown.unsubscribe();
    expect(seen.slice(seen.indexOf('bob'))).not.toContain('ada');
  });
});
