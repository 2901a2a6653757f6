import { expect, test } from 'vitest';
import { choice, float, space } from '#space';
import { experiment, isExperiment } from './experiment.ts';

const valid = {
  dataset: 'digits',
  space: { units: choice([16, 32]) },
  model: () => null as never,
  train: () => null as never,
  objective: { metric: 'accuracy', goal: 'maximize' },
} as const;

const refusal = (change: Record<string, unknown>): string => {
  try {
    experiment({ ...valid, ...change });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'accepted';
};

test('defaults are a fifth for validation, seed 0, samplers and pruners chosen automatically', () => {
  const made = experiment(valid);
  expect(isExperiment(made)).toBe(true);
  expect(made).toMatchObject({
    validationSplit: 0.2,
    seed: 0,
    sampler: 'auto',
    pruner: 'auto',
    trials: null,
    epochs: null,
  });
  expect(made.objective).toEqual({ name: 'accuracy', direction: 'maximize' });
  expect(made.space.dimensions.map((d) => d.path)).toEqual(['units']);
});

test('a space made before is kept as it is', () => {
  const units = space({ units: choice([1, 2]) });
  expect(experiment({ ...valid, space: units }).space).toBe(units);
});

test('a wrong definition is refused with what was wanted and what came', () => {
  expect(refusal({ validationsplit: 0.1 })).toBe(
    'experiment: does not know "validationsplit". It takes dataset, space, model, train, validationSplit, objective, objectives, limits, sampler, pruner, seed, trials, epochs, device.',
  );
  expect(refusal({ dataset: undefined })).toMatch(/^experiment: dataset wants a name .* got undefined\.$/);
  expect(refusal({ dataset: { folder: 'x' } })).toMatch(/got {"folder":"x"}\.$/);
  expect(refusal({ space: {} })).toMatch(/empty/);
  expect(refusal({ space: { learningRate: float(0, 1, { log: true }) } })).toMatch(/learningRate/);
  expect(refusal({ space: [1] })).toMatch(/^experiment: space wants named parameters/);
  expect(refusal({ model: 'cnn' })).toBe('experiment: model wants a function (p, data) => sequential([…]); got "cnn".');
  expect(refusal({ train: undefined })).toMatch(/^experiment: train wants a function .* got undefined\.$/);
  expect(refusal({ objective: { metric: 'accuracy', goal: 'max' } })).toMatch(
    /^experiment: objective wants .*got {"metric":"accuracy","goal":"max"}\.$/,
  );
  expect(refusal({ objective: { metric: 'error', goal: 'minimize' } })).toBe(
    'experiment: objective: a metric may not be called "error".',
  );
  const accuracy = { metric: 'accuracy', goal: 'maximize' };
  expect(refusal({ objectives: [accuracy] })).toBe('experiment: takes objective or objectives, not both.');
  expect(refusal({ objective: undefined, objectives: [] })).toMatch(
    /^experiment: objectives wants a list .*got \[\]\.$/,
  );
  expect(refusal({ objective: undefined, objectives: [accuracy, accuracy] })).toMatch(/"accuracy" stands there twice/);
  expect(refusal({ limits: { f1: 0.9 } })).toMatch(/^experiment: limits wants metrics with their limits/);
  expect(refusal({ limits: { f1: { over: 1 } } })).toMatch(/^experiment: limits: "f1" wants \{ atMost: number \}/);
  expect(refusal({ sampler: 'gird' })).toMatch(/^experiment: there is no sampler "gird"; did you mean "grid"\?/);
  expect(refusal({ sampler: 5 })).toBe('experiment: sampler wants a name or a sampler from attune/samplers; got 5.');
  expect(refusal({ epochs: 0 })).toBe('experiment: epochs wants a whole number ≥ 1; got 0.');
  expect(refusal({ device: 5 })).toBe('experiment: device wants a name, as "webgpu"; got 5.');
});

test('a share or a seed that is not a plain number is refused, NaN and Infinity among them', () => {
  for (const validationSplit of [0, 1, -0.1, NaN, Infinity, '0.2'])
    expect(refusal({ validationSplit })).toMatch(/between 0 and 1/);
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53])
    expect(refusal({ seed })).toMatch(
      /^experiment: seed wants a whole number ≥ 0; got (-1|0\.5|NaN|Infinity|9007199254740992)\.$/,
    );
});
