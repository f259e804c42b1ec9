/** Scenarios to click: each sets the stage, plays, and says what was seen beside what was promised. */

import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { ClientKind } from '../tab/participant.ts';
import { clientName } from './client-names.ts';
import { Pane } from './Pane.tsx';
import { choose, isPlaying, type Run, type Runs, runOf, runs } from './runs.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { Verdict } from './Verdict.tsx';
import './scenarios.css';

const [FIRST] = SCENARIOS;

/** Whoever comes sees something happen; but whoever was sent to a part of the page came for that part. */
function usePlayAtLoad() {
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || location.hash || !FIRST) return;
    begun.current = true;
    void choose({ scenario: FIRST.id, client: 'silent-refresh' });
  }, []);
}

export function Scenarios() {
  const known = useSyncExternalStore(runs.subscribe, runs.get);
  const stage = useRef<HTMLDivElement>(null);
  const scenario = SCENARIOS.find(({ id }) => id === known.latest?.scenario) ?? FIRST;
  usePlayAtLoad();

  function pick(id: string) {
    void choose({ scenario: id, client: 'silent-refresh' });
    bringIntoView(stage.current);
  }

  return (
    <section aria-labelledby="scenarios-title" className="part" id="scenarios">
      <h2 id="scenarios-title">
        Watch it <span className="hint">Click what should go wrong:</span>
      </h2>
      <ul className="picks">
        {SCENARIOS.map((each) => (
          <li key={each.id}>
            <Pick scenario={each} known={known} onPick={pick} />
          </li>
        ))}
      </ul>
      {scenario && <Stage scenario={scenario} known={known} stage={stage} />}
      <p className="detail">
        Real pages play it, each with a client of its own, against a server that rotates refresh tokens and ends the
        session when a spent one comes back. Real servers forgive a little. This one has no overlap, so that nothing
        stays hidden.
      </p>
    </section>
  );
}

function Pick({ scenario, known, onPick }: { scenario: Scenario; known: Runs; onPick: (id: string) => void }) {
  const { id, title } = scenario;
  const isNext = known.next?.scenario === id;
  return (
    <button
      type="button"
      className="pick"
      data-testid={`scenario-${id}`}
      aria-current={id === known.latest?.scenario}
      onClick={() => onPick(id)}
    >
      <span className="play-sign" aria-hidden="true">
        {isNext ? '…' : '▶'}
      </span>
      <span>
        {title}
        {isNext && <span className="unseen"> (plays next)</span>}
      </span>
      <Mark run={runOf(known, id, 'silent-refresh')} />
      <Mark run={runOf(known, id, 'plain')} />
    </button>
  );
}

/** Whether all promises were kept, by client: the first mark is this package's. */
function Mark({ run }: { run: Run | undefined }) {
  if (!run?.findings) return null;
  const kept = run.findings.length > 0 && run.findings.every(({ verdict }) => verdict === 'kept');
  const text = `${clientName(run.client)}: ${kept ? 'all promises kept' : 'promises broken'}`;
  return (
    <span className={`badge ${kept ? 'kept' : 'broken'}`} title={text}>
      <span aria-hidden="true">{kept ? '✓' : '✕'}</span>
      <span className="unseen">{text}</span>
    </span>
  );
}

const KINDS: readonly ClientKind[] = ['silent-refresh', 'plain'];

function Stage(props: { scenario: Scenario; known: Runs; stage: React.RefObject<HTMLDivElement | null> }) {
  const { scenario, known, stage } = props;
  const [silent, plain] = KINDS.map((kind) => runOf(known, scenario.id, kind));
  return (
    <div className="panel stage" data-testid="stage" ref={stage}>
      <div>
        <h3>{scenario.title}</h3>
        <p className="detail">{scenario.story}</p>
      </div>
      <div className="panes">
        {KINDS.map((kind) => (
          <Pane
            key={kind}
            client={kind}
            run={runOf(known, scenario.id, kind)}
            busy={isPlaying(known)}
            onPlay={(pane) => {
              void choose({ scenario: scenario.id, client: kind });
              bringIntoView(pane);
            }}
          />
        ))}
      </div>
      <Verdict silent={silent} plain={plain} />
    </div>
  );
}

/** What was asked for is played in sight. */
function bringIntoView(element: HTMLElement | null): void {
  const { top = 0 } = element?.getBoundingClientRect() ?? {};
  if (top < 0 || top > innerHeight / 2) element?.scrollIntoView({ block: 'start' });
}
