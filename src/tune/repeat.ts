/** Runs of a trial's parameters once more, each with the seed of its own number: how much of a result is chance. */
import { trialsAlike } from '#analysis';
import { TuneError } from '#core';
import type { Study } from '#study';
import type { RunOptions } from './run-options.ts';

/** Puts repeats in line until, with those that are there, waiting or running, there are `times`; failed ones are not counted. */
export async function enqueueRepeats(
  study: Study,
  { trial: number, times }: NonNullable<RunOptions['repeat']>,
): Promise<void> {
  const { name, definition } = study;
  if (number === null && definition.objectives.length > 1)
    throw new TuneError(
      'usage',
      `The study "${name}" has several objectives and no single best trial; name the one to repeat.`,
      {
        name,
      },
    );
  const trial = number === null ? study.best : study.trials[number];
  if (trial?.state !== 'complete') {
    const what =
      number === null
        ? 'it has no complete trial'
        : trial === undefined || trial === null
          ? `it has no trial ${number}; its last is ${study.trials.length - 1}`
          : `trial ${number} is ${trial.state}`;
    throw new TuneError('usage', `The study "${name}" has nothing to repeat: ${what}.`, { name, trial: number });
  }
  const [, ...again] = trialsAlike(trial, study.trials);
  const there = again.filter(({ state }) => state !== 'failed' && state !== 'pruned').length;
  for (let i = there; i < times; i++) await study.enqueue(trial.params);
}
