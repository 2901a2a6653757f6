/**
 * Vitest reporter: after a run it names every skipped test (what was not proved, and what it needs) and closes with
 * `N passed, N failed, N skipped` alone on a line, for people and for .ci/run.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const isSkipped = (test: TestCase): boolean => test.result().state === 'skipped';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    // A file that fails to load has no tests of its own but is a failure.
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    const skipped = tests.filter(isSkipped);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const failed = tests.length - passed - skipped.length + broken + unhandledErrors.length;
    if (skipped.length > 0) {
      console.log('\nSkipped:');
      for (const test of skipped) console.log(`  ${test.module.relativeModuleId}: ${test.fullName}`);
    }
    console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}
