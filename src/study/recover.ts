/** Trials whose worker is interrupted or dead go back in line. */
import type { RunningTrial, StudyEvent } from '#core';
import type { StudyLog } from './study-log.ts';
import type { TrialHandle } from './trial.ts';

export interface RecoverOptions {
  /** The step of the checkpoint a lost trial can go on from; null: from its start. */
  readonly keptStep?: (trial: RunningTrial) => number | null;
  /** A trial that so many attempts have lost fails with that reason instead of going back in line. */
  readonly maxAttempts?: number;
}

/** Of a trial: what ends its workers again and again is in the trial itself. */
const MAX_ATTEMPTS = 30;

export function release(
  log: StudyLog,
  of: TrialHandle | number,
  reason: string,
  keptStep: number | null,
): Promise<void> {
  return log.change(() => {
    const record = log.recordOf(of);
    return record.state === 'running' ? [lost(record, log.now(), reason, keptStep)] : [];
  });
}

/** Returns the numbers of the trials whose worker is not alive. */
export async function recover(
  log: StudyLog,
  isAlive: (worker: string) => boolean | Promise<boolean>,
  { keptStep = () => null, maxAttempts = MAX_ATTEMPTS }: RecoverOptions,
): Promise<number[]> {
  await log.takeTurn(() => log.readOn());
  const dead = new Set<string>();
  for (const worker of new Set(log.allRunning().map((trial) => trial.worker)))
    if (!(await isAlive(worker))) dead.add(worker);
  let orphans: RunningTrial[] = [];
  await log.change(() => {
    orphans = log.allRunning().filter(({ worker }) => dead.has(worker));
    const at = log.now();
    return orphans.map((trial): StudyEvent => {
      const { number, attempt, worker } = trial;
      if (attempt < maxAttempts) return lost(trial, at, `its worker ${worker} is gone`, keptStep(trial));
      const message = `its worker was lost in each of ${attempt} attempts`;
      return { type: 'trialFinished', at, number, result: { state: 'failed', error: { message } } };
    });
  });
  return orphans.map(({ number }) => number);
}

/** What a trial had reached when it was resumed is never lost: it could go on from there once. */
function lost(
  { number, fromStep = null }: RunningTrial,
  at: number,
  reason: string,
  keptStep: number | null,
): StudyEvent {
  const kept = keptStep === null || (fromStep !== null && fromStep > keptStep) ? fromStep : keptStep;
  return { type: 'trialLost', at, number, reason, keptStep: kept };
}
