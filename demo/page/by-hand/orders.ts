/** Data of a user that the page keeps: gone as soon as the user is. */

import { api, auth } from '../instruments/instrumented-client.ts';
import { createStore } from '../shared/store.ts';

export interface Orders {
  readonly user: string;
  readonly orders: readonly { readonly id: string; readonly item: string; readonly price: number }[];
}

export const orders = createStore<Orders | undefined>(undefined);

let revision = 0;

export async function loadOrders(): Promise<void> {
  const began = revision;
  const loaded = await api.get('orders').json<Orders>();
  // An answer that was on its way when the user left is the earlier user's.
  if (revision === began) orders.set(loaded);
}

function clear(): void {
  revision++;
  orders.set(undefined);
}

auth.on('signed-out', clear);
auth.on('user-changed', clear);
