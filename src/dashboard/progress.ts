/** How far a search is and when it may end, from its records alone. */
import { isFinished, lastStep, type TrialRecord } from '#core';
import type { StudyView } from './contract.ts';

export interface Progress {
  readonly finished: number;
  readonly planned: number | null;
  /** Seconds until the planned trials are done, at the pace of the last ones; null where nothing can be said. */
  readonly secondsLeft: number | null;
  /** Where trials run but none has ended for a long time (by the pace of the last ones): for how many seconds. */
  readonly silentSeconds: number | null;
}

/** The pace is that of so many trials that ended last. */
const LATEST = 50;
/** As long as so many trials took before is a long time. */
const SILENCE = 20;

export function progressOf({ trials, definition, finished: over, counts }: StudyView, now: number): Progress {
  const planned = definition.hints.trials ?? null;
  const ends = trials.flatMap((trial) => (isFinished(trial) ? [trial.endedAt] : []));
  const finished = ends.length;
  if (planned === null || over !== null || finished < 3 || finished >= planned || counts.running === 0)
    return { finished, planned, secondsLeft: null, silentSeconds: null };
  const latest = ends.sort((a, b) => a - b).slice(-LATEST);
  const [first = now, last = now] = [latest[0], latest.at(-1)];
  const silentMs = now - last;
  if (silentMs > (SILENCE * Math.max(1000, last - first)) / (latest.length - 1))
    return { finished, planned, secondsLeft: null, silentSeconds: silentMs / 1000 };
  // To this moment, so that a search that hangs does not keep its pace.
  const elapsed = Math.max(now, last) - first;
  const secondsLeft = ((planned - finished) * elapsed) / (latest.length - 1) / 1000;
  return { finished, planned, secondsLeft, silentSeconds: null };
}

/** Steps that all trials reported (the last of each), and the time from start to end of those that have ended. */
export function spentOf(trials: readonly TrialRecord[]): { readonly steps: number; readonly seconds: number } {
  let [steps, seconds] = [0, 0];
  for (const trial of trials) {
    steps += lastStep(trial) ?? 0;
    if ('endedAt' in trial) seconds += (trial.endedAt - trial.startedAt) / 1000;
  }
  return { steps, seconds };
}

/** Steps that pruned trials would have had to go; null where the last step of a trial is not known. */
export function savedSteps({ trials, definition: { hints } }: Pick<StudyView, 'trials' | 'definition'>): number | null {
  const { maxSteps } = hints;
  if (maxSteps === undefined) return null;
  return trials.reduce(
    (sum, trial) => sum + (trial.state === 'pruned' ? Math.max(0, maxSteps - (lastStep(trial) ?? 0)) : 0),
    0,
  );
}
