/** A whole app, as short as it can be: to be read, beside what it does. */

import { useEffect, useRef, useState } from 'react';
import app from '../../example/App.tsx?raw';
import client from '../../example/auth.ts?raw';
import './example.css';

export function Example() {
  const [ref, isNear] = useNear<HTMLDivElement>();
  return (
    <section aria-labelledby="example-title" className="part">
      <h2 id="example-title">Read it</h2>
      <p className="lead">
        A whole app: its client, and what it shows. Nothing in it watches or records, as it does in the rest of this
        page. It shares this page’s session: whoever is signed in here is signed in there.{' '}
        <a href="/example/">Open it alone</a>
      </p>
      <div className="example">
        <div className="column">
          <Code name="auth.ts" text={client} />
          <Code name="App.tsx" text={app} />
        </div>
        <div className="does" ref={ref}>
          <h3>What it does</h3>
          {isNear && <iframe src="/example/" title="The app" data-testid="example" />}
        </div>
      </div>
    </section>
  );
}

function Code({ name, text }: { name: string; text: string }) {
  return (
    <figure>
      <figcaption>
        <code>{name}</code>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys, too. */}
      <pre className="code" tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}

/** Whether it has ever been in sight: an app that nobody sees needs no session. */
function useNear<E extends Element>() {
  const ref = useRef<E>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
    });
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, isNear] as const;
}
