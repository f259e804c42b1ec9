/** Data of a user, shown to that user alone. */

import { useSyncExternalStore } from 'react';
import { SignedIn } from 'silent-refresh/react';
import { attempt } from './attempt.ts';
import { loadOrders, orders } from './orders.ts';

export function OrderList() {
  const shown = useSyncExternalStore(orders.subscribe, orders.get);
  return (
    <section aria-labelledby="orders-title" className="panel">
      <h3 id="orders-title">Orders</h3>
      <div data-testid="orders" data-user={shown?.user ?? ''}>
        <SignedIn
          restoring={<p className="detail">…</p>}
          fallback={
            <p className="detail">
              Sign in to see orders. They disappear when the user signs out, or another one signs in.
            </p>
          }
        >
          {shown && (
            <ul className="orders" aria-label={`Orders of ${shown.user}`}>
              {shown.orders.map(({ id, item, price }) => (
                <li key={id}>
                  <span>{item}</span> <span className="number">{price.toFixed(2)}</span>
                </li>
              ))}
            </ul>
          )}
          <button type="button" data-testid="load-orders" onClick={() => attempt('Orders', loadOrders)}>
            {shown ? 'Load them again' : 'Load orders'}
          </button>
        </SignedIn>
      </div>
    </section>
  );
}
