import type {Reporter, TestModule} from 'vitest/node';

/** Ends a test run with one plain line, `N passed, N failed, N skipped`, which a script can read. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tally = {passed: 0, failed: errors.length, skipped: 0, pending: 0};
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) tally.failed += 1;
      for (const test of module.children.allTests()) tally[test.result().state] += 1;
    }
    process.stdout.write(`${tally.passed} passed, ${tally.failed + tally.pending} failed, ${tally.skipped} skipped\n`);
  }
}
