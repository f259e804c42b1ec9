/** Scenarios to click: each sets the stage, plays, and says what was seen beside what was promised. */

import { useRef, useState, useSyncExternalStore } from 'react';
import type { ClientKind } from '../tab/participant.ts';
import interceptor from '../tab/plain-interceptor.ts?raw';
import { Timeline } from '../timeline/Timeline.tsx';
import { count } from '../timeline/words.ts';
import { isPlaying, type Run, runOf, runScenario, runs } from './runs.ts';
import { SCENARIOS } from './scenarios.ts';
import { stageLanes } from './stage.ts';
import './scenarios.css';

const CLIENTS: Record<ClientKind, string> = {
  'silent-refresh': 'silent-refresh',
  plain: 'a plain interceptor',
};

const otherThan = (client: ClientKind): ClientKind => (client === 'plain' ? 'silent-refresh' : 'plain');

const KINDS = Object.keys(CLIENTS) as ClientKind[];

export function Scenarios() {
  const known = useSyncExternalStore(runs.subscribe, runs.get);
  const [client, setClient] = useState<ClientKind>('silent-refresh');
  const panel = useRef<HTMLDivElement>(null);
  const { latest } = known;
  const playing = isPlaying(known);
  const scenario = SCENARIOS.find(({ id }) => id === latest?.scenario);

  async function run(id: string) {
    const end = runScenario(id, client);
    // On a phone the drawing is below the cards.
    const { top = 0 } = panel.current?.getBoundingClientRect() ?? {};
    if (top > innerHeight / 2) panel.current?.scrollIntoView();
    await end;
  }

  async function playOther({ scenario, client }: Run) {
    setClient(otherThan(client));
    await runScenario(scenario, otherThan(client));
  }

  return (
    <section aria-labelledby="scenarios-title" className="part">
      <h2 id="scenarios-title">Watch it</h2>
      <p className="lead">
        Each scenario is played with real pages against a server that rotates refresh tokens and ends the session when
        one comes back. Click one; then play it again with the interceptor that many apps write by hand. (Real servers
        forgive a little. This one has no overlap, so that nothing stays hidden.)
      </p>
      <fieldset className="clients">
        <legend>Played with</legend>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="client"
              data-testid={`client-${kind}`}
              checked={client === kind}
              onChange={() => setClient(kind)}
            />
            {CLIENTS[kind]}
          </label>
        ))}
      </fieldset>
      <div className="theatre">
        <ul className="cards">
          {SCENARIOS.map(({ id, title, story }) => (
            <li key={id} className="card" data-current={id === latest?.scenario}>
              <button type="button" data-testid={`scenario-${id}`} aria-disabled={playing} onClick={() => run(id)}>
                {title}
              </button>
              <p className="detail">{story}</p>
              <p className="badges">
                {KINDS.map((kind) => (
                  <Badge key={kind} name={CLIENTS[kind]} run={runOf(known, id, kind)} />
                ))}
              </p>
            </li>
          ))}
        </ul>
        <div className="panel" ref={panel}>
          {latest && scenario ? (
            <>
              <h3>{scenario.title}</h3>
              <p role="status" data-testid="run" data-state={latest.findings ? 'over' : 'playing'}>
                With {CLIENTS[latest.client]}: {latest.word}
              </p>
              <Timeline
                lanes={stageLanes}
                since={latest.since}
                title="What happened in each tab"
                empty="The first tab is being opened…"
              />
              {latest.findings && (
                <button type="button" className="again" data-testid="play-other" onClick={() => playOther(latest)}>
                  Play it with {CLIENTS[otherThan(latest.client)]}
                </button>
              )}
              <Verdict
                silent={runOf(known, scenario.id, 'silent-refresh')}
                plain={runOf(known, scenario.id, 'plain')}
              />
            </>
          ) : (
            <p className="detail">Choose a scenario: what happens in its tabs is drawn here, as it happens.</p>
          )}
        </div>
      </div>
      <details>
        <summary>The plain interceptor, in full</summary>
        <pre>
          <code>{interceptor}</code>
        </pre>
      </details>
    </section>
  );
}

function Badge({ name, run }: { name: string; run: Run | undefined }) {
  if (!run?.findings) return null;
  const broken = run.findings.length === 0 || run.findings.some(({ verdict }) => verdict === 'broken');
  return (
    <span className={`badge ${broken ? 'broken' : 'kept'}`}>
      {broken ? '✕' : '✓'} {name}
    </span>
  );
}

function Verdict({ silent, plain }: { silent: Run | undefined; plain: Run | undefined }) {
  const findings = (silent?.findings?.length ? silent : plain)?.findings ?? [];
  if (findings.length === 0) return null;
  return (
    <table className="verdict" data-testid="verdict">
      <thead>
        <tr>
          <th scope="col">What is promised</th>
          {silent && <th scope="col">Seen with silent-refresh</th>}
          {plain && <th scope="col">Seen with a plain interceptor</th>}
        </tr>
      </thead>
      <tbody>
        {findings.map(({ promised }, index) => (
          <tr key={promised}>
            <th scope="row">{promised}</th>
            {silent && <Cell run={silent} index={index} />}
            {plain && <Cell run={plain} index={index} />}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">What the server counted</th>
          {silent && <Count run={silent} />}
          {plain && <Count run={plain} />}
        </tr>
      </tfoot>
    </table>
  );
}

function Cell({ run, index }: { run: Run; index: number }) {
  const finding = run.findings?.[index];
  if (!finding) return <td />;
  const { verdict, seen } = finding;
  return (
    <td className={verdict} data-client={run.client} data-verdict={verdict}>
      <span className="mark">{verdict === 'kept' ? '✓ kept' : '✕ broken'}</span> {seen}
    </td>
  );
}

function Count({ run: { client, stats } }: { run: Run }) {
  if (!stats) return <td />;
  const users = Object.entries(stats.apiRequests).map(([user, requests]) => `${requests} of ${user}`);
  return (
    <td data-client={client}>
      {count(stats.refreshCalls, 'refresh call')}, {count(stats.rotations, 'rotation')},{' '}
      {count(stats.reuseAlarms, 'reuse alarm')}; API requests, also those sent again: {users.join(', ')}
    </td>
  );
}
