/** The order of test files under a mutant, whose run ends with the first test that fails. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that have just failed come first: neighbouring mutants fail the same tests. Of the others the short ones. */
export class LikelyKillersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = (file: TestSpecification) => {
      const { failed = false, duration = 0 } = this.ctx.cache.getTestSpecificationResult(file) ?? {};
      return (failed ? 0 : 1_000_000) + duration;
    };
    // Projects stay apart, since each has a worker of its own.
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return [...files].sort((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
  }
}
