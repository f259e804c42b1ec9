/** docs/clients/swr.md, run as it stands there. */

import { type ReactNode, useEffect } from 'react';
import type { AuthClient } from 'silent-refresh';
import { AuthProvider } from 'silent-refresh/react';
import useSWR from 'swr';
import { describe, expect, it } from 'vitest';
import { serves, takeRelativeUrls } from '../../given/any-client.ts';
import { recipeOf } from '../../given/recipe.ts';
import { startAuthServer } from '../../world/auth-server.ts';
import { openTab } from '../../world/tabs.ts';
import { draw } from '../../world/tree.tsx';
import { until } from '../../world/waiting.ts';

type ForUser = (props: { readonly children: ReactNode }) => ReactNode;

interface OrderProps {
  readonly url: string;
  onData?(data: unknown): void;
  onError?(error: unknown): void;
}

function Order({ url, onData, onError }: OrderProps) {
  const { data, error } = useSWR<{ user: string }>(url);
  useEffect(() => {
    if (data) onData?.(data);
    if (error) onError?.(error);
  });
  return <i>{data?.user ?? 'nothing'}</i>;
}

const forUser = async (auth: AuthClient, modules?: object) =>
  (await recipeOf<{ ForUser: ForUser }>('docs/clients/swr.md', 'SWRConfig', { './auth': { auth }, ...modules }))
    .ForUser;

/** Shows everything to everybody: what its components get once the user has left is seen, too. */
const UNGUARDED = { 'silent-refresh/react': { SignedIn: ({ children }: { children: ReactNode }) => children } };

describe('SWR', () => {
  serves({
    aborts: false,
    async open(auth) {
      const ForUser = await forUser(auth, UNGUARDED);
      let orders: OrderProps[] = [];
      /** All that are asked for at once, in one tree. */
      const drawOrders = () => {
        const drawn = orders;
        orders = [];
        void draw(
          <ForUser>
            {drawn.map((props) => (
              <Order key={props.url} {...props} />
            ))}
          </ForUser>,
        );
      };
      return {
        read: (path) =>
          new Promise((resolve, reject) => {
            if (orders.push({ url: `/api${path}`, onData: resolve, onError: reject }) === 1) queueMicrotask(drawOrders);
          }),
      };
    },
  });
});

describe('SWR’s cache', () => {
  takeRelativeUrls();

  it('by the page it keeps no answer for the next user', async () => {
    const server = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const ForUser = await forUser(auth);
    const tree = await draw(
      <AuthProvider client={auth}>
        <ForUser>
          <Order url="/api/orders" />
        </ForUser>
      </AuthProvider>,
    );
    await until(() => tree.text === 'ada', 'Ada’s order shows');
    const held = server.holdApi();
    await auth.signIn(server.login('bob'));
    await held.arrived;
    expect(tree.text).toBe('nothing');
    held.release();
    await until(() => tree.text === 'bob', 'Bob’s order shows');
  });
});
