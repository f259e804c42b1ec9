/** The order of test files under a mutant, whose run ends with the first test that fails. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Milliseconds, of a run without a mutant. */
const durations = new Map<string, number>();
/** Milliseconds, of the last run: tells a new result from an old one. */
const lastDurations = new Map<string, number>();
/** Files in which a test has failed, the last one at the end. */
const killers = new Set<string>();

/** Files that have failed come first, the last one of all: neighbouring mutants fail the same tests. Then short ones. */
export class LikelyKillersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const file of files) this.#learnFromLastRun(file);
    const order = [...killers];
    const rankOf = ({ moduleId }: TestSpecification) =>
      killers.has(moduleId) ? -order.indexOf(moduleId) - 1 : (durations.get(moduleId) ?? 0);
    // Projects stay apart, since each has a worker of its own.
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return files.toSorted((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
  }

  #learnFromLastRun(file: TestSpecification): void {
    const { moduleId } = file;
    const last = this.ctx.cache.getTestSpecificationResult(file);
    if (!last || last.duration === lastDurations.get(moduleId)) return;
    lastDurations.set(moduleId, last.duration);
    if (!durations.has(moduleId)) durations.set(moduleId, last.duration);
    if (!last.failed) return;
    killers.delete(moduleId);
    killers.add(moduleId);
  }
}
