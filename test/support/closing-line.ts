/**
 * Vitest reporter: after a run it names every skipped test (what was not proved, and what it needs), with --retry also every test that passed only when
 * it was tried again, and closes with `N passed, N failed, N skipped` alone on a line, for people and for .ci/run.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const list = (title: string, tests: readonly TestCase[]): void => {
  if (tests.length === 0) return;
  console.log(`\n${title}:`);
  for (const test of tests) console.log(`  ${test.module.relativeModuleId}: ${test.fullName}`);
};

const isSkipped = (test: TestCase): boolean => test.result().state === 'skipped';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    // A file that fails to load has no tests of its own but is a failure.
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    const skipped = tests.filter(isSkipped);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const failed = tests.length - passed - skipped.length + broken + unhandledErrors.length;
    list('Skipped', skipped);
    const unsteady = tests.filter((test) => test.diagnostic()?.flaky === true);
    list('Passed at the second attempt; each hides a defect of the test or of what it tests', unsteady);
    console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}
