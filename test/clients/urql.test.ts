/** docs/clients/urql.md and graphql.md, run as they stand there. */

import type { Client, CombinedError, OperationResult, OperationResultSource } from '@urql/core';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../given/ada.ts';
import { clientRecipe, serves, tabOfPage, takeRelativeUrls } from '../given/any-client.ts';
import { type Answer, answerGraphQL, ORDER, PAY } from '../given/graphql-api.ts';

interface Page {
  /** Another one for another user. */
  readonly client: Client;
}
const load = (auth: Parameters<typeof clientRecipe>[2]) => clientRecipe<Page>('urql', 'new Client', auth);

type Source = OperationResultSource<OperationResult<Answer>>;

const answerOf = (source: Source, signal?: AbortSignal) =>
  new Promise<unknown>((resolve, reject) => {
    const { unsubscribe } = source.subscribe(({ data, error }) => {
      if (error) reject(error);
      else resolve(data?.order ?? data?.pay);
    });
    signal?.addEventListener('abort', () => {
      unsubscribe();
      reject(signal.reason);
    });
  });

describe('urql, with a server that answers 200', () => {
  serves({
    tab: () => tabOfPage('graphql'),
    before: answerGraphQL,
    refusal: 200,
    async open(auth) {
      const page = await load(auth);
      return {
        read: (path, signal) => answerOf(page.client.query(ORDER, { id: path }), signal),
        write: (_, { amount }) => answerOf(page.client.mutation(PAY, { amount })),
        errorIn: (rejection) => (rejection as CombinedError).networkError,
      };
    },
  });
});

describe('urql’s cache', () => {
  takeRelativeUrls();

  it('by the page it keeps no answer for the next user', async () => {
    const { server, auth } = await signedIn();
    answerGraphQL(server);
    const page = await load(auth);
    const order = () => answerOf(page.client.query(ORDER, { id: '1' }));
    expect(await order()).toMatchObject({ user: 'ada' });
    await auth.signIn(server.login('bob'));
    expect(await order()).toMatchObject({ user: 'bob' });
  });
});
