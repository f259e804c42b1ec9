/** A whole app, as short as it can be: to be read, and to be opened. */

import app from '../../example/App.tsx?raw';
import client from '../../example/auth.ts?raw';

export function Example() {
  return (
    <section aria-labelledby="example-title" className="part">
      <h2 id="example-title">Read it</h2>
      <p className="lead">
        A whole app: its client, and what it shows. <a href="/example/">Open it</a>: it shares the session of this page,
        so that whoever is signed in here is signed in there.
      </p>
      <details>
        <summary>The app, in full</summary>
        <pre>
          <code>{client}</code>
        </pre>
        <pre>
          <code>{app}</code>
        </pre>
      </details>
    </section>
  );
}
