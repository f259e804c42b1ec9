/** Which scenario is being played, and what has been found so far, by each client. */

import type { Stats } from '../../server/activity.ts';
import { createStore } from '../shared/store.ts';
import { pause } from '../shared/waiting.ts';
import type { ClientKind } from '../tab/participant.ts';
import type { Lane } from '../trace/lanes.ts';
import { now } from '../trace/spans.ts';
import { type Finding, SCENARIOS } from './scenarios.ts';
import { play, stageLanes } from './stage.ts';

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
  /** What happened in its tabs: kept, for the stage is cleared for the next one. */
  readonly lanes?: readonly Lane[];
}

/** What is to be played. */
interface Choice {
  readonly scenario: string;
  readonly client: ClientKind;
}

export interface Runs {
  readonly latest?: Run;
  /** By scenario and client. */
  readonly done: ReadonlyMap<string, Run>;
  /** Chosen while another one was played. */
  readonly next?: Choice | undefined;
}

/** Milliseconds until the last messages from the stage have come in. */
const SETTLED = 150;

export const runs = createStore<Runs>({ done: new Map() });

/** The one that is being played, or the last one that was. */
export function runOf({ done, latest }: Runs, scenario: string, client: ClientKind): Run | undefined {
  if (latest?.scenario === scenario && latest.client === client) return latest;
  return done.get(`${scenario} ${client}`);
}

export const isPlaying = ({ latest }: Runs): boolean => latest !== undefined && latest.findings === undefined;

/** Plays it now, or as soon as the one that is being played is over. */
export async function choose(choice: Choice): Promise<void> {
  if (isPlaying(runs.get())) return runs.set({ ...runs.get(), next: choice });
  for (let next: Choice | undefined = choice; next; next = runs.get().next) {
    runs.set({ ...runs.get(), next: undefined });
    await runScenario(next);
  }
}

async function runScenario({ scenario: id, client }: Choice): Promise<void> {
  const scenario = SCENARIOS.find((each) => each.id === id);
  if (!scenario) return;
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
    await pause(SETTLED);
    const kept = findings.filter(({ verdict }) => verdict === 'kept').length;
    show({ findings, stats, lanes: stageLanes.get(), word: `${kept} of ${findings.length} promises kept.` });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    show({ findings: [], lanes: stageLanes.get(), word: `It could not be played to its end: ${why}` });
  }
  runs.set({ ...runs.get(), done: new Map(runs.get().done).set(`${id} ${client}`, latest) });
}
