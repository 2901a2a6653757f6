/** A small study with every kind of trial, numbers chosen so that what plots should say of it can be worked out by hand. */
import { replay, type StudyEvent } from '#core';
import { branch, float, int, space } from '#space';
import type { PlottedStudy } from './chart.ts';

const s = space({
  learningRate: float(1e-4, 1e-1, { log: true }),
  layers: int(1, 4),
  optimizer: branch({ sgd: { momentum: float(0, 0.9) }, adam: {} }),
});
const T0 = 1_700_000_000_000;
const minute = 60_000;

const begun = (number: number, params: Record<string, unknown>, from: number): StudyEvent => ({
  type: 'trialCreated',
  number,
  params,
  worker: 'w',
  suggestedBy: 'random',
  at: T0 + from * minute,
});
const measured = (number: number, accuracies: readonly number[], from: number): StudyEvent[] =>
  accuracies.map((accuracy, i) => ({
    type: 'measured',
    number,
    step: i + 1,
    values: { accuracy, loss: 1 - accuracy },
    at: T0 + (from + i + 1) * minute,
  }));

const adam = { kind: 'adam' };
const log: readonly StudyEvent[] = [
  {
    type: 'studyCreated',
    at: T0,
    definition: {
      name: 'small',
      space: s.toJSON(),
      objectives: [
        { name: 'accuracy', direction: 'maximize' },
        { name: 'minutes', direction: 'minimize' },
      ],
      sampler: 'random',
      pruner: 'median',
      seed: 1,
      hints: {},
      createdAt: T0,
    },
  },
  begun(0, { learningRate: 0.001, layers: 2, optimizer: { kind: 'sgd', momentum: 0.45 } }, 0),
  begun(1, { learningRate: 0.01, layers: 3, optimizer: adam }, 0),
  ...measured(0, [0.5, 0.7], 0),
  ...measured(1, [0.4, 0.6, 0.8], 0),
  { type: 'trialFinished', number: 0, result: { state: 'complete', values: { accuracy: 0.7, minutes: 2 } }, at: T0 + 2 * minute },
  begun(2, { learningRate: 0.1, layers: 1, optimizer: adam }, 2),
  ...measured(2, [0.1], 2),
  { type: 'trialFinished', number: 2, result: { state: 'pruned', values: null, reason: 'below the median' }, at: T0 + 3 * minute },
  { type: 'trialFinished', number: 1, result: { state: 'complete', values: { accuracy: 0.8, minutes: 3 } }, at: T0 + 3 * minute },
  begun(3, { learningRate: 0.0001, layers: 4, optimizer: adam }, 3),
  { type: 'trialFinished', number: 3, result: { state: 'failed', error: { message: 'diverged' } }, at: T0 + 4 * minute },
  begun(4, { learningRate: 0.0011, layers: 2, optimizer: adam }, 4),
  { type: 'trialFinished', number: 4, result: { state: 'complete', values: { accuracy: 0.6, minutes: 4 } }, at: T0 + 6 * minute },
]; // prettier-ignore

const { definition, trials } = replay(log);
export const smallStudy: PlottedStudy = { definition, trials };
