/** docs/clients/graphql-request.md and graphql.md, run as they stand there. */

import type { GraphQLClient } from 'graphql-request';
import { describe } from 'vitest';
import { clientRecipe, serves, tabOfPage } from '../given/any-client.ts';
import { type Answer, answerGraphQL, ORDER, PAY } from '../given/graphql-api.ts';

describe('graphql-request, with a server that answers 200', () => {
  serves({
    tab: () => tabOfPage('graphql'),
    before: answerGraphQL,
    refusal: 200,
    async open(auth) {
      const page = await clientRecipe<{ client: GraphQLClient }>('graphql-request', 'new GraphQLClient', auth);
      return {
        async read(path, signal) {
          const request = { document: ORDER, variables: { id: path }, ...(signal && { signal }) };
          return (await page.client.request<Answer>(request)).order;
        },
        write: async (_, { amount }) => (await page.client.request<Answer>(PAY, { amount })).pay,
      };
    },
  });
});
