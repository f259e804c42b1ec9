/** Which scenario is being played, and what has been found so far, by each client. */

import type { Stats } from '../../server/activity.ts';
import { createStore } from '../shared/store.ts';
import type { ClientKind } from '../tab/participant.ts';
import { now } from '../trace/spans.ts';
import { type Finding, SCENARIOS } from './scenarios.ts';
import { play } from './stage.ts';

export interface Run {
  readonly scenario: string;
  readonly client: ClientKind;
  /** Absent while it is played. */
  readonly findings?: readonly Finding[];
  /** What is going on, or why it went wrong. */
  readonly word: string;
  /** When it began. */
  readonly since: number;
  /** What the server counted, when it was over. */
  readonly stats?: Stats | undefined;
}

export interface Runs {
  readonly latest?: Run;
  /** By scenario and client. */
  readonly done: ReadonlyMap<string, Run>;
}

export const runs = createStore<Runs>({ done: new Map() });

export const runOf = ({ done }: Runs, scenario: string, client: ClientKind): Run | undefined =>
  done.get(`${scenario} ${client}`);

export const isPlaying = ({ latest }: Runs): boolean => latest !== undefined && latest.findings === undefined;

export async function runScenario(id: string, client: ClientKind): Promise<void> {
  const scenario = SCENARIOS.find((each) => each.id === id);
  if (!scenario || isPlaying(runs.get())) return;
  let latest: Run = { scenario: id, client, word: 'The stage is set…', since: now() };
  const show = (change: Partial<Run>) => {
    latest = { ...latest, ...change };
    runs.set({ ...runs.get(), latest });
  };
  const audience = { say: (word: string) => show({ word }), begin: () => show({ since: now() }) };
  show({});
  try {
    const { findings, stats } = await play(client, audience, async (stage) => ({
      findings: await scenario.run(stage),
      stats: await stage.server.stats(),
    }));
    const kept = findings.filter(({ verdict }) => verdict === 'kept').length;
    show({ findings, stats, word: `${kept} of ${findings.length} promises kept.` });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    show({ findings: [], word: `It could not be played to its end: ${why}` });
  }
  runs.set({ latest, done: new Map(runs.get().done).set(`${id} ${client}`, latest) });
}
