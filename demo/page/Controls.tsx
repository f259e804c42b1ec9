/** Requests through `auth.fetch`: a burst, an upload, a challenge, and the data that it all is for. */

import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { auth } from './auth.ts';
import { sendBurst } from './burst.ts';
import { expireTokens } from './control.ts';
import { note, noteError } from './journal.ts';
import { loadOrders, orders } from './orders.ts';

export function Controls() {
  return (
    <section aria-labelledby="requests-title">
      <h2 id="requests-title">Requests</h2>
      <div className="buttons">
        <button type="button" data-testid="expire" onClick={() => attempt('Expire tokens', expire)}>
          Expire tokens now
        </button>
        <button type="button" data-testid="burst" onClick={() => attempt('Burst', () => sendBurst(20))}>
          Send 20 requests
        </button>
        <button type="button" data-testid="load-orders" onClick={() => attempt('Orders', loadOrders)}>
          Load orders
        </button>
        <button type="button" data-testid="step-up" onClick={() => attempt('Step-up', () => get('/api/stepup'))}>
          Get a challenge
        </button>
        <button type="button" data-testid="never" onClick={() => attempt('Always 401', () => get('/api/never'))}>
          Get a 401 always
        </button>
      </div>
      <OrderList />
      <Upload />
    </section>
  );
}

function OrderList() {
  const shown = useSyncExternalStore(orders.subscribe, orders.get);
  return (
    <div data-testid="orders" data-user={shown?.user ?? ''}>
      {shown ? (
        <ul className="orders" aria-label={`Orders of ${shown.user}`}>
          {shown.orders.map(({ id, item, price }) => (
            <li key={id}>
              <span>{item}</span> <span className="number">{price.toFixed(2)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="detail">No orders loaded. What is shown here goes when the user does.</p>
      )}
    </div>
  );
}

function Upload() {
  const [result, setResult] = useState('');

  async function upload(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const file = new FormData(event.currentTarget).get('file');
    if (!(file instanceof File) || file.name === '') return setResult('Choose a file first.');
    setResult('Uploading…');
    try {
      const response = await auth.fetch('/api/echo', { method: 'POST', body: file });
      const [sent, received] = [await file.arrayBuffer(), await response.arrayBuffer()];
      const verdict = !response.ok ? `answered ${response.status}` : isEqual(sent, received) ? 'equal' : 'not equal';
      setResult(`Sent ${bytes(sent)}, got ${bytes(received)} back: ${verdict}.`);
      note('request', `POST /api/echo, ${bytes(sent)} → ${response.status}, ${verdict}`);
    } catch (error) {
      setResult('It failed: see the log.');
      noteError('Upload', error);
    }
  }

  return (
    <form className="upload" onSubmit={upload}>
      <label htmlFor="file">A file to upload</label>
      <input id="file" name="file" type="file" data-testid="file" />
      <button type="submit" data-testid="upload">
        Upload
      </button>
      <p className="detail" role="status" data-testid="upload-result">
        {result}
      </p>
    </form>
  );
}

async function attempt(what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    noteError(what, error);
  }
}

async function expire(): Promise<void> {
  await expireTokens();
  note('server', 'all access tokens count as expired: the next request meets a 401');
}

async function get(path: string): Promise<void> {
  const response = await auth.fetch(path);
  note('request', `GET ${path} → ${response.status}`);
}

const bytes = (buffer: ArrayBuffer): string => `${buffer.byteLength.toLocaleString('en')} bytes`;

function isEqual(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
