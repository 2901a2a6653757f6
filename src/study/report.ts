/** A measurement of a running trial, and the pruner's answer to it. */
import { TuneError, type PruneDecision, type RunningTrial, type TrialRecord, type Values } from '#core';
import { lagOf } from './attributes.ts';
import { readMeasurement } from './outcome.ts';
import type { Search } from './search.ts';
import type { StudyLog } from './study-log.ts';
import type { TrialHandle } from './trial.ts';

export function report(
  log: StudyLog,
  search: Search,
  of: TrialHandle | number,
  step: number,
  values: Values,
  mayPause: boolean,
): Promise<PruneDecision> {
  return log.takeTurn(async () => {
    for (;;) {
      const record = log.recordOf(of);
      if (record.state !== 'running')
        throw new TuneError(
          'not-running',
          `report: trial ${record.number} is ${record.state}, not running; ask for it first.`,
          { number: record.number },
        );
      const measured = readMeasurement(record, step, values);
      if (await log.append([{ type: 'measured', at: log.now(), number: record.number, ...measured }])) break;
    }
    for (;;) {
      const record = log.recordOf(of);
      if (record.state !== 'running') return { decision: 'continue' }; // taken away meanwhile: the next call will say so
      if (record.stopReason !== null) return { decision: 'stop', reason: record.stopReason };
      const decision = search.decide(log.state.definition, record, await known(log, record), mayPause);
      if (decision.decision === 'continue') return decision;
      const type = decision.decision === 'stop' ? 'stopRequested' : 'trialPaused';
      if (await log.append([{ type, at: log.now(), number: record.number, reason: decision.reason }])) return decision;
    }
  });
}

/** What the pruner of a trial may know: that trial as it is, and in ordered mode of the others what its turn knew. */
async function known(log: StudyLog, trial: RunningTrial): Promise<readonly TrialRecord[]> {
  const lag = lagOf(log.state);
  const inOrder = lag === null || lag === 0 ? null : (await log.ordered()).knownTo(trial.number);
  if (inOrder === null) return log.state.trials;
  inOrder[trial.number] = trial;
  return inOrder;
}
