import type { RunEvent, RunSummary } from './run-event.ts';
import type { RunOptions } from './run-options.ts';

export function runStudy(_options: RunOptions, _onEvent: (event: RunEvent) => void): Promise<RunSummary> {
  throw new Error('internal: not built yet');
}
