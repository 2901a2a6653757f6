/**
 * After the search: every complete trial is evaluated once on the test rows, and what came out is kept as its attribute `test`.
 * Trials that have it already, from before a resume or from another run of the study, are left alone.
 */
import type { TrialRecord, Values } from '#core';
import type { Study } from '#study';
import { CRASH_LIMIT, describeExit, isKill, KILL_LIMIT, type Pool } from './pool.ts';
import { finite } from './search.ts';
import type { TrialFiles } from './trial-files.ts';

export interface TestPhaseOptions {
  readonly study: Study;
  readonly pool: Pool;
  readonly parallel: number;
  readonly trials: readonly TrialRecord[];
  readonly jobOf: TrialFiles['jobOf'];
}

/** Metrics on test; null if it was not evaluated, or the data set has no test rows. */
export function testValues({ attributes }: TrialRecord): Values | null {
  const { test } = attributes;
  if (typeof test !== 'object' || test === null || Array.isArray(test)) return null;
  const numbers = Object.entries(test).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return numbers.length === 0 ? null : Object.fromEntries(numbers);
}

/** Complete trials that have not been evaluated. */
export const untested = (study: Study): TrialRecord[] =>
  study.trials.filter((trial) => trial.state === 'complete' && !isTested(trial));

const isTested = ({ attributes }: TrialRecord): boolean => 'test' in attributes || 'testError' in attributes;

export async function testPhase({ study, pool, parallel, trials, jobOf }: TestPhaseOptions): Promise<void> {
  const queue = trials.map((trial) => ({ trial, crashes: 0, kills: 0 }));
  await Promise.all(Array.from({ length: Math.min(parallel, queue.length) }, (_, slot) => work(slot)));

  async function work(slot: number): Promise<void> {
    for (;;) {
      const worker = queue.length === 0 ? null : await pool.worker(slot);
      const item = worker && queue.shift();
      if (!item) return;
      const { number } = item.trial;
      // Another run of this study may have done it meanwhile.
      await study.refresh();
      const now = study.trials[number];
      if (now && now !== item.trial && isTested(now)) continue;
      const answer = await worker.test(jobOf(item.trial));
      if (answer.type === 'tested') await study.setAttribute(number, 'test', finite(answer.values));
      else if (answer.type === 'failed') await study.setAttribute(number, 'testError', answer.error.message);
      else {
        if (isKill(answer.exit)) item.kills++;
        else item.crashes++;
        if (item.crashes < CRASH_LIMIT && item.kills < KILL_LIMIT) queue.push(item);
        else await study.setAttribute(number, 'testError', `its worker process ${describeExit(answer.exit)}`);
      }
    }
  }
}
