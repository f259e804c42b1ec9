/** One client's half of the stage: its button, what is going on, and what happened in its tabs. */

import { useMemo, useRef } from 'react';
import own from '../../example/auth.ts?raw';
import { createStore } from '../shared/store.ts';
import type { ClientKind } from '../tab/participant.ts';
import interceptor from '../tab/plain-interceptor.ts?raw';
import { PlayedTimeline } from '../timeline/PlayedTimeline.tsx';
import { clientName } from './client-names.ts';
import type { Run } from './runs.ts';
import { stageLanes } from './stage.ts';

export function Pane(props: {
  client: ClientKind;
  run: Run | undefined;
  /** Something is being played, here or in the other half. */
  busy: boolean;
  onPlay: (pane: HTMLElement | null) => void;
}) {
  const { client, run, busy, onPlay } = props;
  const pane = useRef<HTMLElement>(null);
  const playing = run !== undefined && !run.findings;
  const name = clientName(client);
  const isNew = !run && !busy;

  return (
    <section className="pane" aria-label={`With ${name}`} data-testid={`pane-${client}`} ref={pane}>
      <div className="title">
        <h4>With {name}</h4>
        <button
          type="button"
          className={isNew ? 'primary' : ''}
          data-testid={`play-${client}`}
          aria-disabled={busy}
          onClick={() => busy || onPlay(pane.current)}
        >
          {playing ? 'Playing…' : run ? '↻ Play again' : `▶ Play it with ${name}`}
        </button>
      </div>
      <p
        role="status"
        className="word"
        data-testid="run"
        data-client={client}
        data-scenario={run?.scenario}
        data-state={run ? (playing ? 'playing' : 'over') : 'none'}
      >
        {run?.word ?? 'Not played yet.'}
      </p>
      <Code client={client} open={client === 'plain' && !run} />
      {run && <Tabs run={run} />}
    </section>
  );
}

/** While it is played, as it comes in; afterwards, as it was. */
function Tabs({ run }: { run: Run }) {
  const kept = useMemo(() => run.lanes && createStore(run.lanes), [run.lanes]);
  return (
    <PlayedTimeline
      lanes={kept ?? stageLanes}
      since={run.since}
      title={`What happened in each tab, with ${clientName(run.client)}`}
      empty="The first tab is being opened…"
    />
  );
}

const CODE: Record<ClientKind, { readonly name: string; readonly text: string }> = {
  'silent-refresh': { name: 'Its code, in full: this package does the rest', text: own },
  plain: { name: 'Its code, in full: what many apps write by hand', text: interceptor },
};

function Code({ client, open }: { client: ClientKind; open: boolean }) {
  const { name, text } = CODE[client];
  return (
    <details open={open} data-testid={`code-${client}`}>
      <summary>{name}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys, too. */}
      <pre className="code" tabIndex={0}>
        <code>{text}</code>
      </pre>
    </details>
  );
}
