/** A part of an app that keeps what its user wrote in its own state, as forms and pages do. */

import { useEffect, useState } from 'react';
import { useAuth } from 'silent-refresh/react';
import { click, type Tree } from './tree.tsx';
import { rest } from './waiting.ts';

/** What a component has been through: when it came and went, and whose notes it showed. */
export type Log = string[];

export function Notes({ log = [] }: { readonly log?: Log }) {
  const [written, write] = useState('');
  const user = useAuth((state) => (state.status === 'signed-in' ? String(state.subject) : state.status));
  log.push(`${user}: "${written}"`);
  useEffect(() => {
    log.push('comes');
    return () => void log.push('goes');
  }, [log]);
  return (
    <p>
      {user} wrote: {written}
      <button type="button" onClick={() => write(`a secret of ${user}`)}>
        Write
      </button>
    </p>
  );
}

export async function write(tree: Tree): Promise<void> {
  click(tree, 'Write');
  await rest();
}
