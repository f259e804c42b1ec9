/** Requests through `auth.fetch`: a burst, a challenge, and an API that is never content. */

import { useState } from 'react';
import { server } from '../demo-server/control.ts';
import { auth } from '../instruments/instrumented-client.ts';
import { attempt } from './attempt.ts';
import { sendBurst } from './burst.ts';
import { note } from './journal.ts';

const MOST = 1_000;

export function Requests() {
  const [size, setSize] = useState(20);
  return (
    <section aria-labelledby="requests-title" className="panel">
      <h3 id="requests-title">Requests</h3>
      <div className="buttons">
        <button type="button" data-testid="expire" onClick={() => attempt('Expire tokens', expire)}>
          Expire tokens now
        </button>
        <span className="with-amount">
          <button type="button" data-testid="burst" onClick={() => attempt('Burst', () => sendBurst(size))}>
            Send {size} {size === 1 ? 'request' : 'requests'}
          </button>
          <input
            type="number"
            min="1"
            max={MOST}
            aria-label="How many requests"
            data-testid="burst-size"
            defaultValue={size}
            onChange={({ currentTarget: { valueAsNumber } }) =>
              setSize(Math.round(Math.min(MOST, Math.max(1, valueAsNumber || 1))))
            }
          />
        </span>
        <button type="button" data-testid="step-up" onClick={() => attempt('Step-up', () => get('/api/stepup'))}>
          Get a challenge
        </button>
        <button type="button" data-testid="never" onClick={() => attempt('Always 401', () => get('/api/never'))}>
          Get a 401 always
        </button>
      </div>
    </section>
  );
}

async function expire(): Promise<void> {
  await server.expireTokens();
  note('server', 'all access tokens count as expired: the next request meets a 401');
}

async function get(path: string): Promise<void> {
  const response = await auth.fetch(path);
  note('request', `GET ${path} → ${response.status}`);
}
